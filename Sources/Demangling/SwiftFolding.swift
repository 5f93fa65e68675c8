/// Names what the Swift compiler generated after the function that it was generated for.
///
///     partial apply for specialized closure #1 in f()           closure #1 in f()
///     protocol witness for Sequence.next() in conformance Box   Box.next()
///     vtable thunk for Base.f() dispatching to Derived.f()      Derived.f()
///
/// Works on the runtime's texts: they mark all of this by words in front, which mangled names do by operators behind.
/// Outlined copies and destroys of values, metadata accessors and reabstraction thunks belong to no function and keep
/// their names.
enum SwiftFolding {
  /// Marks of code that only leads to its function.
  private static let forwarders = [
    "partial apply for ", "partial apply forwarder for ", "dispatch thunk of ", "@objc ", "@nonobjc ",
    "reabstraction thunk helper for ", "back deployment thunk for ", "distributed thunk ", "native pre-specialization ",
    "protocol self-conformance witness for ", "dynamically replaceable thunk for ",
  ]
  /// Marks of one form of the function itself.
  private static let variants = [
    "specialized ", "merged ", "async function pointer to ", "coro function pointer to ",
    "back deployment fallback for ",
    "dynamically replaceable variable for ", "dynamically replaceable key for ",
  ]
  /// The same with an argument list, in the full form.
  private static let listedVariants = [
    "generic specialization <", "generic not re-abstracted specialization <", "generic pre-specialization <",
    "function signature specialization <", "generic partial specialization <", "inlined generic function <",
    "generic not-reabstracted partial specialization <", "closure propagated <",
  ]

  static func fold(short: String, full: String) -> (short: String, full: String, isForwarder: Bool) {
    var isForwarder = false
    let newShort = folded(Substring(short), conformingProtocol: protocolName(full), isForwarder: &isForwarder)
    var ignored = false
    let newFull = folded(Substring(full), conformingProtocol: nil, isForwarder: &ignored)
    return (newShort, newFull, isForwarder)
  }

  /// The short form with the marks in front that the runtime leaves out of it: of async functions' parts, of merging.
  static func marked(short: String, full: String) -> String {
    var rest = Substring(full)
    var marks = ""
    while let next = withoutResumeMark(rest) ?? rest.removing(oneOf: ["merged "]) {
      marks += rest[..<next.startIndex]
      rest = next
    }
    return marks + short
  }

  private static func folded(_ text: Substring, conformingProtocol: Substring?, isForwarder: inout Bool) -> String {
    var text = text
    if let mark = text.firstRange(ofText: " with unmangled suffix ") { text = text[..<mark.lowerBound] }
    // Each turn removes a prefix, so the loop ends.
    while true {
      if let rest = text.removing(oneOf: forwarders) {
        // `@objc` and `@nonobjc` also begin reabstracted types, which follow a thunk's mark and never stand alone.
        isForwarder = true
        text = rest
      } else if let rest = text.removing(oneOf: variants) ?? withoutList(text) ?? withoutResumeMark(text) {
        text = rest
      } else {
        break
      }
    }
    guard !text.isEmpty else { return String(text) }
    if let rest = text.removing(oneOf: ["vtable thunk for "]),
      let target = rest.firstRange(ofText: " dispatching to ")
    {
      isForwarder = true
      return String(rest[target.upperBound...])
    }
    if let rest = text.removing(oneOf: ["protocol witness for "]),
      let middle = rest.firstRange(ofText: " in conformance ")
    {
      isForwarder = true
      return witness(rest[..<middle.lowerBound], conformance: rest[middle.upperBound...], of: conformingProtocol)
    }
    return String(text)
  }

  /// `Sequence.next()` of `Box` is `Box.next()`; where the requirement doesn't begin with the protocol, it stays.
  private static func witness(_ requirement: Substring, conformance: Substring, of shortProtocol: Substring?) -> String
  {
    var type = conformance
    var proto = shortProtocol
    if shortProtocol == nil, let colon = conformance.lastRange(ofText: " : ") {
      type = conformance[..<colon.lowerBound]
      let rest = conformance[colon.upperBound...]
      proto = rest.firstRange(ofText: " in ").map { rest[..<$0.lowerBound] } ?? rest
    }
    guard let proto, !proto.isEmpty else { return String(requirement) }
    let isStatic = requirement.hasPrefix("static ")
    let member = isStatic ? requirement.dropFirst(7) : requirement
    guard member.hasPrefix(proto), member.dropFirst(proto.count).first == "." else { return String(requirement) }
    return (isStatic ? "static " : "") + type + member.dropFirst(proto.count)
  }

  /// The protocol of a witness in its full form (`… in conformance T : Module.Proto in Module`), without its module.
  private static func protocolName(_ full: String) -> Substring? {
    guard let start = Substring(full).firstRange(ofText: " in conformance ") else { return nil }
    let conformance = full[start.upperBound...]
    guard let colon = conformance.lastRange(ofText: " : ") else { return nil }
    let rest = conformance[colon.upperBound...]
    let name = rest.firstRange(ofText: " in ").map { rest[..<$0.lowerBound] } ?? rest
    guard let dot = name.firstIndex(of: ".") else { return name }
    return name[name.index(after: dot)...]
  }

  /// `generic specialization <A, B<C>> of f` without all up to `of `.
  private static func withoutList(_ text: Substring) -> Substring? {
    guard let inside = text.removing(oneOf: listedVariants) else { return nil }
    var depth = 1
    var previous: UInt8 = 0
    var position = inside.utf8.startIndex
    while position < inside.utf8.endIndex, depth > 0 {
      let byte = inside.utf8[position]
      if byte == UInt8(ascii: "<") { depth += 1 }
      if byte == UInt8(ascii: ">"), previous != UInt8(ascii: "-") { depth -= 1 }
      previous = byte
      position = inside.utf8.index(after: position)
    }
    guard depth == 0 else { return nil }
    return inside[position...].removing(oneOf: [" of "])
  }

  /// `(3) await resume partial function for f` without all up to `for `.
  private static func withoutResumeMark(_ text: Substring) -> Substring? {
    guard text.utf8.first == UInt8(ascii: "("), let close = text.utf8.firstIndex(of: UInt8(ascii: ")")) else {
      return nil
    }
    let number = text[text.utf8.index(after: text.utf8.startIndex)..<close]
    guard !number.isEmpty, number.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return text[text.utf8.index(after: close)...]
      .removing(oneOf: [" await resume partial function for ", " suspend resume partial function for "])
  }
}
