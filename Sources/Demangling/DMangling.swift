import CDemangling

/// D names (dlang.org, "Application Binary Interface"), by libiberty.
///
/// Back references (`Q`) can repeat what holds back references, and libiberty recurses without a limit, so that only
/// names with few of them and of moderate length are tried.
enum DMangling {
  private static let lengthLimit = 4_096
  private static let backReferenceLimit = 40

  static func demangle(_ name: String) -> String? {
    guard name.utf8.starts(with: "_D".utf8), name.utf8.count <= lengthLimit,
      name.utf8.count(where: { $0 == UInt8(ascii: "Q") }) <= backReferenceLimit
    else { return nil }
    let third = name.utf8.dropFirst(2).first ?? 0
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(third) || name == "_Dmain" else { return nil }
    // SAFETY: the name is terminated and lives as long as the call; the result is malloc'd, and `takeText` frees it.
    return unsafe name.withCString { unsafe takeText(perfprof_demangle_d($0)) }
  }

  /// Without the parameters that end the name.
  static func shortened(_ text: String) -> String {
    guard text.utf8.last == UInt8(ascii: ")") else { return text }
    var depth = 0
    for position in text.utf8.indices.reversed() {
      switch text.utf8[position] {
      case UInt8(ascii: ")"): depth += 1
      case UInt8(ascii: "("): depth -= 1
      default: continue
      }
      if depth == 0 { return position == text.startIndex ? text : String(text[..<position]) }
    }
    return text
  }
}
