import ProfileModel

/// Colors: the hue tells the kind of code, its nine shades tell modules (hue) and names (lightness) apart.
///
/// The hues were chosen in OKLCH so that every pair of kinds stays apart under protanopia and deuteranopia too, and so
/// that text on each has a contrast of at least 4.5 (WCAG 2.2, success criterion 1.4.3).
enum Palette {
  /// A kind of frame.
  struct Entry: Sendable {
    /// The letter that its style classes begin with.
    var letter: StaticString
    var name: String
    /// A line in a frame's details; empty where there is nothing to say.
    var meaning = ""
    var light: [String]
    var dark: [String]

    /// The class of the middle shade, which stands for all of them.
    var middle: String { "\(letter)\(light.count / 2)" }
  }

  static func entry(_ kind: CallTree.Kind) -> Entry {
    switch kind {
    case .all, .process, .thread: process
    case .user: user
    case .inlined: inlined
    case .kernel: kernel
    case .jit: jit
    case .truncated: truncated
    case .elided: elided
    case .asyncCaller: asyncCaller
    case .task: task
    case .asyncGap: asyncGap
    }
  }

  static let entries = [user, inlined, kernel, jit, asyncCaller, truncated, elided, task, asyncGap, process]

  private static let user = Entry(
    letter: "u", name: "user",
    light: ["f09d72", "ffad81", "ffbd91", "e7a461", "f8b471", "ffc481", "d9ad58", "e9bd68", "facd78"],
    dark: ["6e3616", "7b4323", "894f30", "683c00", "754812", "835522", "604200", "6c4e04", "7a5b18"])
  private static let inlined = Entry(
    letter: "i", name: "inlined", meaning: "inlined into its caller",
    light: ["bce8c1", "c6f2cb", "d0fcd4", "b2eacd", "bbf4d6", "c5fee0", "a9ebd9", "b3f5e3", "bdffed"],
    dark: ["416c48", "48734e", "4e7954", "346e53", "3b745a", "417b60", "276e5f", "2f7565", "367b6c"])
  private static let kernel = Entry(
    letter: "k", name: "kernel", meaning: "kernel",
    light: ["5fabd8", "6ebbe8", "7ecbf9", "6fa7dd", "7eb6ee", "8ec6ff", "7fa2e0", "8eb1f1", "9ec1ff"],
    dark: ["004970", "00557d", "03628b", "074475", "185182", "275e90", "234077", "2f4d85", "3b5993"])
  private static let jit = Entry(
    letter: "j", name: "JIT", meaning: "code made at run time (JIT)",
    light: ["ba63a0", "c86fac", "d57bb9", "c3608a", "d16c96", "df78a3", "c95f73", "d76c7f", "e4788b"],
    dark: ["551544", "60204f", "6d2c5a", "5a1136", "661e40", "73294b", "5e1026", "6a1d30", "77283a"])
  private static let truncated = Entry(
    letter: "x", name: "no root", meaning: "stands for the missing root of these stacks", light: [], dark: [])
  private static let elided = Entry(
    letter: "e", name: "elided", meaning: "stands for frames left out of deep stacks", light: [], dark: [])
  private static let asyncCaller = Entry(
    letter: "a", name: "awaits", meaning: "async function that awaits what it calls",
    light: ["d3c3f0", "dccdf8", "e5d7ff", "cfc8f5", "d8d2fd", "e1dcff", "c9ccf7", "d3d6ff", "dde0ff"],
    dark: ["4b3f66", "54476f", "5d5079", "474369", "504c73", "59557c", "41466c", "4a4f76", "535880"])
  private static let task = Entry(
    letter: "t", name: "task", meaning: "stands for the executor that runs the task", light: ["e6e0f2"],
    dark: ["413b50"])
  private static let asyncGap = Entry(
    letter: "g", name: "async callers missing", meaning: "stands for async callers that are not known for sure",
    light: [],
    dark: [])
  private static let process = Entry(letter: "p", name: "process", light: ["dfe1e5"], dark: ["3a3d44"])

  /// Steps of color for a change of share.
  static let steps = 6
  /// The step that stands for all of them.
  static let middleStep = 4
  /// Six steps from a slight to the greatest change.
  static let grew = (
    light: ["fce1de", "fac5bf", "f7a8a1", "f18b83", "ea6c66", "e65550"],
    dark: ["503532", "663734", "7d3835", "933835", "aa3635", "c13234"]
  )
  /// Six steps from a slight to the greatest change.
  static let shrank = (
    light: ["daeafc", "b7d7fc", "93c4fb", "6eb0f9", "459cf7", "0087f3"],
    dark: ["2e3f52", "2a486a", "245283", "185c9d", "0065b7", "006ed2"]
  )

  /// Which of its kind's shades a label has: the same in every picture.
  static func shade(_ label: CallTree.Label) -> Int {
    switch label.kind {
    case .all, .process, .thread, .truncated, .elided, .task, .asyncGap: return 0
    case .user, .inlined, .kernel, .jit, .asyncCaller: break
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

  /// The step, `-steps` to `steps`, that shows a change of share; `scale` is the greatest change in the picture, `chance` what
  /// comes about without any change.
  static func step(change: Double, scale: Double, chance: Double) -> Int {
    guard abs(change) >= max(chance, leastChange), scale > 0 else { return 0 }
    let step = Int((Double(steps) * abs(change) / scale).rounded(.up))
    return min(max(step, 1), steps) * (change < 0 ? -1 : 1)
  }

  /// Whether a label is a function that is none of those that changed.
  static func isUnchanged(_ label: CallTree.Label, _ changed: Set<String>) -> Bool {
    switch label.kind {
    case .user, .kernel, .inlined, .jit, .asyncCaller: !changed.contains(label.name)
    case .all, .process, .thread, .truncated, .elided, .task, .asyncGap: false
    }
  }

  /// Shares that differ by less are the same.
  static let leastChange = 0.0005

  /// Below this, the greatest change in a picture is no reason for the strongest color.
  static let leastScale = 0.1

  /// Style rules for frames and for what is around them, light: nothing but classes and colors, for programs that stop at
  /// the first rule that they don't understand.
  static let plainRules =
    rules(.light, shades: \.light, grew: grew.light, shrank: shrank.light)
    .joined(separator: "\n") + "\n"

  /// The same for the dark theme, and the viewer's variables for both. Paper is light.
  static let furtherRules: String = {
    let dark = rules(.dark, shades: \.dark, grew: grew.dark, shrank: shrank.dark) + [variables(.dark)]
    let automatic = dark.map { ":root:not([data-theme=light]) " + $0 }.joined(separator: "\n")
    let chosen = dark.map { ":root[data-theme=dark] " + $0 }.joined(separator: "\n")
    return variables(.light) + "\n@media screen and (prefers-color-scheme: dark) {\n\(automatic)\n}\n"
      + "@media screen {\n\(chosen)\n}\n"
  }()

  /// Variables of the page's canvases, for both themes.
  static let canvasRules: String = {
    let (light, dark) = (variables(Theme.light.canvasVariables), variables(Theme.dark.canvasVariables))
    return ".page{\(light)}\n@media screen and (prefers-color-scheme: dark) {\n:root:not([data-theme=light]) "
      + ".page{\(dark)}\n}\n@media screen {\n:root[data-theme=dark] .page{\(dark)}\n}\n"
  }()

  private static func rules(
    _ theme: Theme, shades: (Entry) -> [String], grew: [String], shrank: [String]
  ) -> [String] {
    var rules: [String] = []
    for entry in entries {
      for (shade, color) in shades(entry).enumerated() { rules.append(".\(entry.letter)\(shade){fill:#\(color)}") }
    }
    for step in 0..<steps {
      rules.append(".r\(step + 1){fill:#\(grew[step])}")
      rules.append(".b\(step + 1){fill:#\(shrank[step])}")
    }
    rules.append(".n0{fill:#\(theme.plain)}")
    rules.append(".gone{stroke:#\(theme.gone)}")
    rules.append(".new{stroke:#\(theme.new)}")
    rules.append(".ink{fill:#\(theme.ink)}")
    rules.append(".dim{fill:#\(theme.dim)}")
    rules.append(".paper{fill:#\(theme.paper)}")
    rules.append(".grain{fill:#\(theme.grain)}")
    rules.append(".hatch{stroke:#\(theme.hatch)}")
    return rules
  }

  private static func variables(_ theme: Theme) -> String {
    ".viewer{\(variables(theme.variables))color-scheme:\(theme.name)}"
  }

  private static func variables(_ variables: [(name: String, color: String)]) -> String {
    variables.map { "--\($0.name):#\($0.color);" }.joined()
  }
}
