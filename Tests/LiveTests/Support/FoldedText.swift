/// Folded stacks as anyone would read them; deliberately not perfprof's own reader.
struct FoldedText {
  /// One line: frames root first without their suffix, and the count.
  struct Stack {
    var frames: [String]
    var count: Int
  }

  var stacks: [Stack] = []

  /// Reads folded text; nil when a line is none.
  init?(_ text: String) {
    for line in text.split(separator: "\n") {
      guard let blank = line.lastIndex(of: " "), let count = Int(line[line.index(after: blank)...]) else { return nil }
      stacks.append(Stack(frames: line[..<blank].split(separator: ";").map(Self.withoutSuffix), count: count))
    }
  }

  /// All samples.
  var total: Int { stacks.reduce(0) { $0 + $1.count } }

  /// The share of samples whose stack meets a condition, in percent of those that meet another (by default all).
  func percent(of whole: ([String]) -> Bool = { _ in true }, where part: ([String]) -> Bool) -> Double {
    let all = stacks.filter { whole($0.frames) }
    let sum = all.reduce(0) { $0 + $1.count }
    guard sum > 0 else { return 0 }
    return 100 * Double(all.filter { part($0.frames) }.reduce(0) { $0 + $1.count }) / Double(sum)
  }

  /// The share of samples that go through frames of these names, in this order but not necessarily without others
  /// between them. A name may begin or end in `*`.
  func percent(through path: String) -> Double {
    let wanted = path.split(separator: ";").map(String.init)
    return percent { Self.contains(wanted, in: $0) }
  }

  /// The share of samples that reached their root.
  var rootedPercent: Double { percent { !$0.contains { $0.hasPrefix("[truncated") || $0.hasPrefix("[async: ") } } }

  private static func contains(_ wanted: [String], in frames: [String]) -> Bool {
    var next = wanted.startIndex
    for frame in frames where next < wanted.endIndex && matches(frame, wanted[next]) { next += 1 }
    return next == wanted.endIndex
  }

  private static func matches(_ frame: String, _ pattern: String) -> Bool {
    switch (pattern.hasPrefix("*"), pattern.hasSuffix("*")) {
    case (true, true): frame.contains(pattern.dropFirst().dropLast())
    case (true, false): frame.hasSuffix(pattern.dropFirst())
    case (false, true): frame.hasPrefix(pattern.dropLast())
    case (false, false): frame == pattern
    }
  }

  private static func withoutSuffix(_ frame: Substring) -> String {
    for suffix in ["_[k]", "_[i]", "_[j]", "_[a]"] where frame.hasSuffix(suffix) { return String(frame.dropLast(4)) }
    return String(frame)
  }
}
