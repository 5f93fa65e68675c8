/// What the sample `awaits` says of its functions, each of which is reached on one path only, and what a recording says.
struct AwaitedPaths {
  /// Samples in functions that tell their path, by what the stacks say of it.
  struct Verdict: CustomStringConvertible {
    /// The whole path.
    var right = 0
    /// The path of a child task up to its own beginning: its parent ran meanwhile.
    var childOnly = 0
    /// Marked as cut, or as read late, with the marks.
    var marked: [String: Int] = [:]
    /// Another path, without a mark.
    var wrong: [String: Int] = [:]

    var total: Int { right + childOnly + marked.values.reduce(0, +) + wrong.values.reduce(0, +) }
    var rightPercent: Double { 100 * Double(right + childOnly) / Double(max(1, total)) }
    var wrongPercent: Double { 100 * Double(wrong.values.reduce(0, +)) / Double(max(1, total)) }

    var description: String {
      let lines = (marked.map { ($0.value, $0.key) } + wrong.map { ($0.value, "WRONG " + $0.key) }).sorted { $0 > $1 }
      return "\(total) samples, right \(right), without the parent \(childOnly)\n"
        + lines.prefix(12).map { "\($0.0) \($0.1)" }.joined(separator: "\n")
    }
  }

  private var paths: [String: [String]] = [:]

  /// Reads `leaf: name name*3 * +` lines.
  init(_ text: String) {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      paths[parts[0].trimmingBlanks] = parts[1].split(separator: " ").flatMap { word in
        let pieces = word.split(separator: "*")
        guard pieces.count == 2, let count = Int(pieces[1]) else { return [String(word)] }
        return Array(repeating: String(pieces[0]), count: count)
      }
    }
  }

  /// The functions that tell their paths.
  var leaves: Set<String> { Set(paths.keys) }

  /// Judges the stacks that go through a leaf.
  func judge(_ folded: FoldedText) -> Verdict {
    var verdict = Verdict()
    for stack in folded.stacks {
      let names = stack.frames.map(Self.plainName)
      guard let leaf = names.firstIndex(where: { paths[$0] != nil }), let path = paths[names[leaf]] else { continue }
      let begin = stack.frames[..<leaf].lastIndex { $0.hasPrefix("[Swift task") || $0 == "[main actor]" }
      if let mark = stack.frames[..<leaf].last(where: { $0.hasPrefix("[async: ") || $0.hasPrefix("[truncated: ") }) {
        verdict.marked["\(names[leaf]) \(mark)", default: 0] += stack.count
        continue
      }
      let callers = Array(names[(begin.map { $0 + 1 } ?? 0)..<leaf])
      let child = path.firstIndex(of: "+")
      let whole = path.filter { $0 != "+" }
      if begin != nil, Self.matches(callers.drop { $0 != "main" && whole[0] == "main" }, whole[...]) {
        verdict.right += stack.count
      } else if begin != nil, let child, Self.matches(callers[...], path[(child + 1)...]) {
        verdict.childOnly += stack.count
      } else {
        verdict.wrong[stack.frames.joined(separator: ";"), default: 0] += stack.count
      }
    }
    return verdict
  }

  /// A name without arguments and types; `*` for what the compiler makes of a closure.
  private static func plainName(_ frame: String) -> String {
    if frame.hasPrefix("closure #") || frame.hasPrefix("implicit closure #") { return "*" }
    let name = frame.prefix { $0 != "(" && $0 != "<" }
    return String(name.split(separator: ".").last ?? name)
  }

  /// Whether names are those of a path, in which `*` stands for any number of them.
  private static func matches(_ names: ArraySlice<String>, _ path: ArraySlice<String>) -> Bool {
    guard let first = path.first else { return names.isEmpty }
    let rest = path.dropFirst()
    if first == "*" { return (names.startIndex...names.endIndex).contains { matches(names[$0...], rest) } }
    guard let name = names.first, name == first.split(separator: ".").last.map(String.init) else { return false }
    return matches(names.dropFirst(), rest)
  }
}

extension Substring {
  fileprivate var trimmingBlanks: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
