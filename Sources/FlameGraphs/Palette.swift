import ProfileModel

/// Colors: the hue tells the kind of code, its nine shades tell modules (hue) and names (lightness) apart.
///
/// The hues were chosen in OKLCH so that every pair of kinds stays apart under protanopia and deuteranopia too, and so
/// that text on each has a contrast of at least 4.5 (WCAG 2.2, success criterion 1.4.3).
enum Palette {
  /// A kind of frame in the legend.
  struct Entry {
    /// The letter that its style classes begin with.
    var letter: String
    var name: String
    var light: [String]
    var dark: [String]
  }

  static let entries: [Entry] = [
    Entry(
      letter: "u", name: "user",
      light: ["f4a671", "feb07a", "ffb983", "edab67", "f7b570", "ffbe7a", "e4b160", "eeba6a", "f8c474"],
      dark: ["754118", "7e4921", "87512a", "71440b", "7a4c17", "835521", "6b4800", "74500e", "7d591a"]),
    Entry(
      letter: "i", name: "inlined",
      light: ["c1efc9", "c6f4ce", "cbf9d3", "b8f0d3", "bdf6d8", "c2fbdd", "b1f1de", "b6f6e3", "bbfbe8"],
      dark: ["44714e", "487552", "4c7a56", "387257", "3d765c", "417b60", "2e7361", "337766", "377b6a"]),
    Entry(
      letter: "k", name: "kernel",
      light: ["6ab0e0", "73baea", "7dc3f4", "76ace4", "7fb6ee", "88c0f9", "83a9e7", "8cb2f1", "95bcfb"],
      dark: ["004d77", "005581", "0e5e8a", "124a7b", "1c5284", "265b8d", "25467d", "2d4f86", "35578f"]),
    Entry(
      letter: "j", name: "JIT",
      light: ["be6299", "c86ba2", "d274ab", "c3608a", "ce6993", "d8729c", "c75f7b", "d26984", "dc728d"],
      dark: ["5a1642", "631f4a", "6c2852", "5d1438", "661e40", "702648", "60132e", "691d35", "72263d"]),
    Entry(letter: "x", name: "no root", light: [], dark: []),
    Entry(letter: "e", name: "elided", light: [], dark: []),
    Entry(letter: "p", name: "process", light: ["dfe1e5"], dark: ["3a3d44"]),
  ]

  /// Six steps from a slight to the greatest change.
  static let grew = (
    light: ["fce1de", "fac5bf", "f7a8a1", "f18b83", "ea6c66", "e24947"],
    dark: ["503532", "663734", "7d3835", "933835", "aa3635", "c13234"]
  )
  /// Six steps from a slight to the greatest change.
  static let shrank = (
    light: ["daeafc", "b7d7fc", "93c4fb", "6eb0f9", "459cf7", "0087f3"],
    dark: ["2e3f52", "2a486a", "245283", "185c9d", "0065b7", "006ed2"]
  )

  static func letter(_ kind: CallTree.Kind) -> StaticString {
    switch kind {
    case .all, .process, .thread: "p"
    case .user: "u"
    case .inlined: "i"
    case .kernel: "k"
    case .jit: "j"
    case .truncated: "x"
    case .elided: "e"
    }
  }

  /// Which of its kind's shades a label has: the same in every picture.
  static func shade(_ label: CallTree.Label) -> Int {
    switch label.kind {
    case .all, .process, .thread, .truncated, .elided: return 0
    case .user, .inlined, .kernel, .jit: break
    }
    let name = hash(label.name)
    let module = label.module.map { hash($0[($0.lastIndex(of: "/").map($0.index(after:)) ?? $0.startIndex)...]) }
    return Int((module ?? name >> 8) % 3 * 3 + name % 3)
  }

  /// FNV-1a, 32 bits, with its bits mixed once more.
  private static func hash(_ text: some StringProtocol) -> UInt32 {
    var hash: UInt32 = 0x811C_9DC5
    for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return (hash ^ hash >> 15) &* 0x2C1B_3C6D ^ hash >> 12
  }

  /// The step, -6 to 6, that shows a change of share; `scale` is the greatest change in the picture.
  static func step(change: Double, scale: Double) -> Int {
    guard abs(change) >= 0.0005, scale > 0 else { return 0 }
    let step = Int((6 * (abs(change) / scale).squareRoot()).rounded(.up))
    return min(max(step, 1), 6) * (change < 0 ? -1 : 1)
  }

  /// Below this, the greatest change in a picture is no reason for the strongest color.
  static let leastScale = 0.02

  /// Style rules for frames, light and dark. No variables: programs other than browsers read them, too.
  static let rules: String = {
    func rules(dark: Bool) -> [String] {
      var rules: [String] = []
      for entry in entries where entry.letter != "x" && entry.letter != "e" {
        for (shade, color) in (dark ? entry.dark : entry.light).enumerated() {
          rules.append(".\(entry.letter)\(shade){fill:#\(color)}")
        }
      }
      for step in 0..<6 {
        rules.append(".r\(step + 1){fill:#\((dark ? grew.dark : grew.light)[step])}")
        rules.append(".b\(step + 1){fill:#\((dark ? shrank.dark : shrank.light)[step])}")
      }
      rules.append(".n0{fill:#\(dark ? "3a3d44" : "e4e5e8")}")
      rules.append(".ink{fill:#\(dark ? "f4f4f5" : "16181d")}")
      rules.append(".dim{fill:#\(dark ? "a4a8b0" : "565b64")}")
      rules.append(".paper{fill:#\(dark ? "17181c" : "ffffff")}")
      rules.append(".grain{fill:#\(dark ? "4a4d54" : "c9ccd1")}")
      rules.append(".hatch{stroke:#\(dark ? "777b84" : "8b9099")}")
      return rules
    }
    let dark = rules(dark: true)
    let automatic = dark.map { ":root:not([data-theme=light]) " + $0 }.joined(separator: "\n")
    let chosen = dark.map { ":root[data-theme=dark] " + $0 }.joined(separator: "\n")
    return rules(dark: false).joined(separator: "\n")
      + "\n@media (prefers-color-scheme: dark) {\n\(automatic)\n}\n\(chosen)\n"
  }()
}
