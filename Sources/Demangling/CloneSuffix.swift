/// What gcc, LLVM and linkers put behind the name of a function's copy, or of a part that they moved elsewhere.
///
///     sort.part.0.constprop.0     sort
///     main.cold                   main
enum CloneSuffix {
  /// Of copies, and of parts (`part`, `cold`).
  static let marks = [
    ".isra", ".constprop", ".lto_priv", ".llvm", ".localalias", ".__uniq", ".clone", ".part", ".cold",
  ]

  /// The name without marks at its end and their numbers; nil when it has none.
  static func removed(from name: String) -> String? {
    guard name.utf8.contains(UInt8(ascii: ".")) else { return nil }
    var rest = Substring(name)
    while let dot = rest.utf8.lastIndex(of: UInt8(ascii: ".")), dot > rest.startIndex {
      let suffix = rest[dot...]
      let digits = suffix.utf8.dropFirst()
      if marks.contains(where: { $0 == suffix }) {
        rest = rest[..<dot]
      } else if !digits.isEmpty, digits.allSatisfy({ ($0 &- 0x30) < 10 || ($0 &- 0x61) < 6 }),
        let mark = rest[..<dot].utf8.lastIndex(of: UInt8(ascii: ".")), mark > rest.startIndex,
        marks.contains(where: { $0 == rest[mark..<dot] })
      {
        rest = rest[..<mark]
      } else {
        break
      }
    }
    return rest.endIndex == name.endIndex ? nil : String(rest)
  }
}
