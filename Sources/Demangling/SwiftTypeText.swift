/// Types as the runtime's texts have them.
enum SwiftTypeText {
  /// The type's own name, as names of its members begin: without generic arguments and the signature in front, and with
  /// the name that brackets and question marks stand for.
  ///
  ///     < where A: Sequence> Zip<A>.Iterator     Zip.Iterator
  ///     <A> [A]                                  Array
  ///     [A : B]                                  Dictionary
  ///     A?                                       Optional
  static func nominal(_ type: Substring, hasModules: Bool) -> String {
    var text = type
    // Where the text is no type of these kinds, it stays.
    if text.first == "<", let rest = afterList(text), rest.first == " " { text = rest.dropFirst() }
    let module = hasModules ? "Swift." : ""
    if text.last == "?" { return module + "Optional" }
    if text.first == "[", let end = bracketEnd(text) {
      let name = isDictionary(text[..<end].dropFirst()) ? "Dictionary" : "Array"
      let rest = text[text.utf8.index(after: end)...]
      return module + name + (withoutLists(rest) ?? String(rest))
    }
    guard text.utf8.contains(UInt8(ascii: "<")), text.first != "(" || text.hasPrefix("(extension in ") else {
      return String(text)
    }
    return withoutLists(text) ?? String(text)
  }

  /// The name of a member, or of closures in it, without the generic arguments of its type: `Array<>.f()` and
  /// `Array<A>.f<B>()`, as members of constrained extensions have them, become `Array.f()` and `Array.f<B>()`, like those
  /// of all others.
  static func withoutContextLists(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "<")) else { return text }
    // What is made for a type, such as `outlined destroy of Flag<Bool>`, needs all of its name.
    let head = text.utf8.prefix { $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: "<") }
    guard Substring(head).firstRange(ofText: " of ") == nil, Substring(head).firstRange(ofText: " for ") == nil else {
      return text
    }
    var result: [UInt8] = []
    var rest = Substring(text)
    var changed = false
    while let open = rest.utf8.firstIndex(of: UInt8(ascii: "<")) {
      result += rest.utf8[..<open]
      rest = rest[open...]
      // Behind a dot it is an operator.
      let isList = result.last.map(isIdentifier) ?? false
      if isList, let after = afterList(rest), after.first == "." {
        rest = after
        changed = true
      } else {
        result.append(UInt8(ascii: "<"))
        rest = Substring(rest.utf8.dropFirst())
      }
    }
    return changed ? String(decoding: result, as: UTF8.self) + rest : text
  }

  private static func isIdentifier(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...:
      true
    default: false
    }
  }

  /// The bracket that ends the one that the text begins with.
  private static func bracketEnd(_ text: Substring) -> Substring.Index? {
    var depth = 0
    for position in text.utf8.indices {
      if text.utf8[position] == UInt8(ascii: "[") { depth += 1 }
      if text.utf8[position] == UInt8(ascii: "]") {
        depth -= 1
        if depth == 0 { return position }
      }
    }
    return nil
  }

  /// What follows the `<…>` that the text begins with.
  private static func afterList(_ text: Substring) -> Substring? {
    var depth = 0
    var previous: UInt8 = 0
    for position in text.utf8.indices {
      let byte = text.utf8[position]
      if byte == UInt8(ascii: "<") { depth += 1 }
      if byte == UInt8(ascii: ">"), previous != UInt8(ascii: "-") {
        depth -= 1
        if depth == 0 { return text[text.utf8.index(after: position)...] }
      }
      previous = byte
    }
    return nil
  }

  private static func withoutLists(_ text: Substring) -> String? {
    var result: [UInt8] = []
    var depth = 0
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte == UInt8(ascii: "<") {
        depth += 1
      } else if byte == UInt8(ascii: ">"), previous != UInt8(ascii: "-"), depth > 0 {
        depth -= 1
      } else if depth == 0 {
        result.append(byte)
      }
      previous = byte
    }
    return depth == 0 && !result.isEmpty ? String(decoding: result, as: UTF8.self) : nil
  }

  /// Whether `A : B` stands between the brackets, outside of inner ones.
  private static func isDictionary(_ text: Substring) -> Bool {
    var depth = 0
    var previous: UInt8 = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "<"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: ")"): depth -= 1
      case UInt8(ascii: ">") where previous != UInt8(ascii: "-"): depth -= 1
      case UInt8(ascii: ":") where depth == 0 && previous == UInt8(ascii: " "): return true
      default: break
      }
      previous = byte
    }
    return false
  }
}
