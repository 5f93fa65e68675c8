/// Names what the Swift compiler generated after the function that it was generated for.
///
///     partial apply for specialized closure #1 in f()           closure #1 in f()
///     protocol witness for Sequence.next() in conformance Box   Box.next()
///     vtable thunk for Base.f() dispatching to Derived.f()      Derived.f()
///     merged f()                                                f() [merged]
///     static Int.+ infix(_:_:)                                  static Int.+(_:_:)
///
/// Works on the runtime's texts: they mark all of this by words in front, which mangled names do by operators behind.
/// Outlined copies and destroys of values, metadata accessors and reabstraction thunks belong to no function and keep
/// their names. What the compiler merged belongs to several functions, one of which gave it its name, so that the mark
/// stays.
enum SwiftFolding {
  /// Names of a function, and what its code is to the function.
  struct Folded {
    var short: String
    var full: String
    var isForwarder: Bool
    var isThunk: Bool
  }

  /// Behind the names of merged functions.
  static let mergedMark = " [merged]"
  private static let dispatchThunk = "dispatch thunk of "

  /// Marks of code that only leads to its function.
  private static let forwarders = [
    "partial apply for ", "partial apply forwarder for ", dispatchThunk, "@objc ", "@nonobjc ",
    "curry thunk of ", "back deployment thunk for ", "distributed thunk ", "native pre-specialization ",
    "protocol self-conformance witness for ", "dynamically replaceable thunk for ",
  ]
  /// Marks of one form of the function itself.
  private static let variants = [
    "specialized ", "async function pointer to ", "coro function pointer to ",
    "back deployment fallback for ",
    "dynamically replaceable variable for ", "dynamically replaceable key for ",
  ]
  /// The same with an argument list, in the full form.
  private static let listedVariants = [
    "generic specialization <", "generic not re-abstracted specialization <", "generic pre-specialization <",
    "function signature specialization <", "generic partial specialization <", "inlined generic function <",
    "generic not-reabstracted partial specialization <", "closure propagated <",
  ]

  static func fold(short: String, full: String) -> Folded {
    var marks = Marks()
    var newFull = folded(Substring(full), conformingProtocol: nil, &marks)
    // The runtime leaves some marks out of the short form.
    var ignored = Marks()
    var newShort = folded(Substring(short), conformingProtocol: protocolName(full), &ignored)
    newShort = SwiftTypeText.withoutContextLists(newShort)
    if conformanceCode.contains(where: { newShort.hasPrefix($0) }), let proto = protocolName(full) {
      newShort += " : " + proto
    }
    if newFull.hasPrefix("reabstraction thunk helper ") { marks.isThunk = true }
    if marks.isMerged {
      newShort += mergedMark
      newFull += mergedMark
    }
    return Folded(
      short: newShort, full: newFull, isForwarder: marks.isForwarder || marks.isThunk, isThunk: marks.isThunk)
  }

  /// Code that belongs to a conformance, of which the short form tells the type alone.
  private static let conformanceCode = [
    "lazy protocol witness table accessor for type ", "instantiation function for generic protocol witness table for ",
    "protocol witness table accessor for ", "associated type witness table accessor for ",
    "base witness table accessor for ", "lazy protocol witness table template for ",
    "default associated conformance accessor for ", "associated type metadata accessor for ",
  ]

  /// What stood in front of a name.
  private struct Marks {
    var isForwarder = false
    var isThunk = false
    var isMerged = false
  }

  /// `static Int.+(_:_:)` for `static Int.+ infix(_:_:)`: an operator of two operands needs no word to say so, while
  /// `prefix` and `postfix` tell two operators apart.
  static func withoutInfix(_ text: String) -> String {
    guard Substring(text).firstRange(ofText: " infix") != nil else { return text }
    var result = ""
    var rest = Substring(text)
    while let range = rest.firstRange(ofText: " infix") {
      let next = rest.utf8[range.upperBound...].first
      let isWord = next == UInt8(ascii: "(") || next == UInt8(ascii: "<")
      result += rest[..<(isWord ? range.lowerBound : range.upperBound)]
      rest = rest[range.upperBound...]
    }
    return result + rest
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

  private static func folded(_ text: Substring, conformingProtocol: Substring?, _ marks: inout Marks) -> String {
    var text = text
    if let mark = text.firstRange(ofText: " with unmangled suffix ") {
      // Parts of coroutines are merged behind their suffix: `.resume.0Tm`.
      if text.hasSuffix("Tm\"") { marks.isMerged = true }
      text = text[..<mark.lowerBound]
    }
    // Each turn removes a prefix, so the loop ends.
    while true {
      if let rest = text.removing(oneOf: forwarders) {
        // `@objc` and `@nonobjc` also begin reabstracted types, which follow a thunk's mark and never stand alone.
        marks.isForwarder = true
        if text.hasPrefix(dispatchThunk) { marks.isThunk = true }
        text = rest
      } else if let rest = text.removing(oneOf: ["merged "]) {
        marks.isMerged = true
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
      marks.isForwarder = true
      return String(rest[target.upperBound...])
    }
    if let rest = text.removing(oneOf: ["protocol witness for "]),
      let middle = rest.firstRange(ofText: " in conformance ")
    {
      marks.isForwarder = true
      return witness(rest[..<middle.lowerBound], conformance: rest[middle.upperBound...], of: conformingProtocol)
    }
    return String(text)
  }

  /// `Sequence.next()` of `Box<A>` is `Box.next()`; where the requirement doesn't begin with the protocol, it stays.
  private static func witness(_ requirement: Substring, conformance: Substring, of shortProtocol: Substring?) -> String
  {
    var type = conformance
    var proto = shortProtocol
    if shortProtocol == nil, let parts = Self.parts(conformance) { (type, proto) = parts }
    guard let proto, !proto.isEmpty else { return String(requirement) }
    let isStatic = requirement.hasPrefix("static ")
    let member = isStatic ? requirement.dropFirst(7) : requirement
    guard member.hasPrefix(proto), member.dropFirst(proto.count).first == "." else { return String(requirement) }
    let name = SwiftTypeText.nominal(type, hasModules: shortProtocol == nil)
    return (isStatic ? "static " : "") + name + member.dropFirst(proto.count)
  }

  /// The type and the protocol of `T : Module.Proto in Module`; either may hold ` in ` and ` : ` itself.
  private static func parts(_ conformance: Substring) -> (type: Substring, proto: Substring?)? {
    guard let colon = conformance.lastRange(ofText: " : ") else { return nil }
    let rest = conformance[colon.upperBound...]
    return (
      conformance[..<colon.lowerBound], rest.lastRange(ofText: " in ").map { rest[..<$0.lowerBound] } ?? rest
    )
  }

  /// The protocol of a witness in its full form (`… in conformance T : Module.Proto in Module`), without its module.
  private static func protocolName(_ full: String) -> Substring? {
    var full = Substring(full)
    if let mark = full.firstRange(ofText: " with unmangled suffix ") { full = full[..<mark.lowerBound] }
    let start = full.firstRange(ofText: " in conformance ") ?? full.firstRange(ofText: " for ")
    guard let start, let name = parts(full[start.upperBound...])?.proto, let dot = name.firstIndex(of: ".")
    else { return nil }
    let rest = name[name.index(after: dot)...]
    // `(Proto in _0123)` is private to a file.
    guard rest.first == "(", let end = rest.firstRange(ofText: " in ") else { return rest }
    return rest[..<end.lowerBound].dropFirst()
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
