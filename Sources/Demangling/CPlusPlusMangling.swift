import CDemangling

/// C++ names (Itanium C++ ABI, section 5.1), by libiberty, whose recursion limit stays on.
enum CPlusPlusMangling {
  static func isMangled(_ name: String) -> Bool {
    ["_Z", "__Z", "____Z", "_GLOBAL_"].contains { name.utf8.starts(with: $0.utf8) }
  }

  /// As `c++filt` prints it.
  static func full(_ name: String) -> String? { text(name, parameters: true) }

  /// Without parameters and return type.
  static func short(_ name: String) -> String? { text(name, parameters: false) }

  private static func text(_ name: String, parameters: Bool) -> String? {
    // Names that Mach-O tools or blocks prefix with further underscores.
    let plain = name.utf8.starts(with: "__Z".utf8) ? String(name.dropFirst()) : name
    return unsafe boundedText(plain) { name, output, capacity in
      // SAFETY: the name is terminated; the shim writes at most `capacity` bytes.
      unsafe perfprof_demangle_cplusplus(name, parameters, output, capacity)
    }
  }
}

/// Shorter forms of C++ names.
enum CPlusPlusFolding {
  /// The ` [clone .cold]` at the end of a full name, which the short form lacks; empty for none.
  static func cloneMarks(_ full: String, folds: Bool) -> String {
    guard let start = Substring(full).firstRange(ofText: " [clone ") else { return "" }
    let marks = full[start.lowerBound...].split(separator: "[").map { $0.split(separator: "]").first ?? "" }
    return marks.compactMap { mark in
      guard let suffix = mark.removing(oneOf: ["clone "]) else { return nil }
      return folds && suffix.removing(oneOf: CloneSuffix.marks) != nil ? nil : " [\(mark)]"
    }.joined()
  }

  /// The linkage name of what a this-adjusting thunk calls (`_ZThn16_…`, `_ZTv0_n24_…`; Itanium C++ ABI, 5.1.4.2).
  static func thunkTarget(_ linkageName: String) -> String? {
    var rest = Substring(linkageName)
    guard let afterMark = rest.removing(oneOf: ["_ZTh", "_ZTv"]) else { return nil }
    let offsets = rest.utf8.dropFirst(3).first == UInt8(ascii: "h") ? 1 : 2
    rest = afterMark
    for _ in 0..<offsets {
      guard let end = rest.utf8.firstIndex(of: UInt8(ascii: "_")) else { return nil }
      rest = rest[rest.utf8.index(after: end)...]
    }
    return "_Z" + rest
  }

  /// Drops `<…>` lists; operators such as `operator<<` and `operator->` keep their signs.
  static func withoutTemplateArguments(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let word = Array("operator".utf8)
    var output: [UInt8] = []
    var depth = 0
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      if depth == 0, byte == word[0], bytes[position...].starts(with: word) {
        var end = position + word.count
        while end < bytes.count, "<>=-".utf8.contains(bytes[end]), end - position - word.count < 3 {
          // `operator< <int>`: a blank parts the sign from the list.
          end += 1
        }
        output += bytes[position..<end]
        position = end
        continue
      }
      switch byte {
      case UInt8(ascii: "<"): depth += 1
      case UInt8(ascii: ">") where depth > 0 && bytes[position - 1] != UInt8(ascii: "-"): depth -= 1
      default: if depth == 0 { output.append(byte) }
      }
      position += 1
    }
    guard depth == 0, !output.isEmpty else { return text }
    while output.last == UInt8(ascii: " ") { output.removeLast() }
    return String(decoding: output, as: UTF8.self)
  }
}
