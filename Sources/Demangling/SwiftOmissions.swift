/// What the runtime's texts leave out, full ones too, so that different functions would have one name.
///
///     one-time initialization function for shared      one-time initialization function for Cache.shared
///     outlined enum tag store of State                 outlined enum tag store of State #1
enum SwiftOmissions {
  private static let initialization = "one-time initialization function for "

  /// The two forms of a Swift name with what is left out of them.
  ///
  /// - Parameter accessor: those of `accessor(_:)`, where there is one.
  static func whole(
    _ text: (short: String, full: String), linkageName: String, accessor: (short: String, full: String)?
  ) -> (short: String, full: String) {
    if text.full.hasPrefix("outlined enum "), let number = caseNumber(linkageName) {
      return (text.short + number, text.full + number)
    }
    guard let start = Substring(text.full).firstRange(ofText: initialization),
      let variable = accessor.flatMap(variable)
    else { return text }
    let marks = text.full[..<start.lowerBound]
    return (initialization + variable.short, marks + initialization + variable.full)
  }

  /// ` #1` for the second case of an enum (`…WOi0_`; the first has no digit).
  private static func caseNumber(_ linkageName: String) -> String? {
    guard let mark = Substring(linkageName).lastRange(ofText: "WO") else { return nil }
    let digits = linkageName[mark.upperBound...].utf8.dropFirst().prefix { ($0 &- 0x30) < 10 }
    guard linkageName[digits.endIndex...].first == "_" else { return nil }
    guard !digits.isEmpty else { return " #0" }
    return Int(String(decoding: digits, as: UTF8.self)).flatMap { $0 < 1 << 32 ? " #\($0 + 1)" : nil }
  }

  /// For code that initializes a variable (`…_WZ`) the accessor of a variable whose name begins the same, which is
  /// printed with all that it belongs to; nil for other code.
  static func accessor(_ linkageName: String) -> String? {
    guard linkageName.utf8.count > 4, let mark = Substring(linkageName).lastRange(ofText: "_WZ") else { return nil }
    return linkageName[..<mark.lowerBound] + "Sivau"
  }

  private static func variable(_ accessor: (short: String, full: String)) -> (short: String, full: String)? {
    guard let short = Substring(accessor.short).lastRange(ofText: ".unsafeMutableAddressor"),
      let full = Substring(accessor.full).lastRange(ofText: ".unsafeMutableAddressor")
    else { return nil }
    return (String(accessor.short[..<short.lowerBound]), String(accessor.full[..<full.lowerBound]))
  }
}
