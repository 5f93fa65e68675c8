/// A regular expression of RE2's kind (its syntax page: literals, classes, groups, alternatives, repetition, anchors),
/// which matches whole names in time linear in their length, since both come from files.
///
/// All states that the text read so far can be in are followed at once (Thompson, "Regular expression search
/// algorithm", CACM 11:6, 1968). Groups capture nothing. Word boundaries, flags and classes by Unicode property are not
/// understood.
struct LinearExpression {
  private enum Step {
    case one([ClosedRange<UInt32>], isNegated: Bool)
    case either(Int, Int)
    case start, end
    case match
  }

  private enum Node {
    case one([ClosedRange<UInt32>], isNegated: Bool)
    case sequence([Node])
    case alternatives([Node])
    indirect case repeated(Node, Int, Int?)
    case start, end
  }

  private var steps: [Step] = []

  /// More steps are refused, as are repetitions past what RE2 allows.
  private static let stepLimit = 10_000
  private static let repetitionLimit = 1_000
  private static let depthLimit = 100

  /// How many steps a name takes for each of its characters, at most.
  var cost: Int { steps.count }

  /// Nil for an expression that is not understood.
  init?(_ text: String) {
    var parser = Parser(text)
    guard let node = parser.alternatives(depth: 0), parser.isAtEnd, compile(node) else { return nil }
    steps.append(.match)
  }

  /// Whether all of `text` matches.
  func matches(_ text: String) -> Bool {
    var current: [Int] = []
    var next: [Int] = []
    var marks = [Int](repeating: -1, count: steps.count)
    let scalars = Array(text.unicodeScalars)
    add(0, to: &current, &marks, at: 0, scalars.count)
    for (position, scalar) in scalars.enumerated() {
      next.removeAll(keepingCapacity: true)
      for state in current {
        guard case .one(let ranges, let isNegated) = steps[state] else { continue }
        if ranges.contains(where: { $0.contains(scalar.value) }) != isNegated {
          add(state + 1, to: &next, &marks, at: position + 1, scalars.count)
        }
      }
      swap(&current, &next)
      if current.isEmpty { return false }
    }
    return current.contains { if case .match = steps[$0] { true } else { false } }
  }

  /// Adds a state and all that follow from it without a character.
  private func add(_ state: Int, to states: inout [Int], _ marks: inout [Int], at position: Int, _ count: Int) {
    var open = [state]
    while let state = open.popLast() {
      guard marks[state] != position else { continue }
      marks[state] = position
      switch steps[state] {
      case .one, .match: states.append(state)
      case .either(let first, let second):
        open.append(second)
        open.append(first)
      case .start: if position == 0 { open.append(state + 1) }
      case .end: if position == count { open.append(state + 1) }
      }
    }
  }

  private mutating func compile(_ node: Node) -> Bool {
    guard steps.count < Self.stepLimit else { return false }
    switch node {
    case .one(let ranges, let isNegated): steps.append(.one(ranges, isNegated: isNegated))
    case .start: steps.append(.start)
    case .end: steps.append(.end)
    case .sequence(let nodes): return nodes.allSatisfy { compile($0) }
    case .alternatives(let nodes):
      var jumps: [Int] = []
      for (index, node) in nodes.enumerated() {
        let fork = steps.count
        if index < nodes.count - 1 { steps.append(.either(fork + 1, fork + 1)) }
        guard compile(node) else { return false }
        guard index < nodes.count - 1 else { break }
        jumps.append(steps.count)
        steps.append(.either(0, 0))
        steps[fork] = .either(fork + 1, steps.count)
      }
      for jump in jumps { steps[jump] = .either(steps.count, steps.count) }
    case .repeated(let inner, let least, let most):
      for _ in 0..<least where !compile(inner) { return false }
      guard let most else {
        let fork = steps.count
        steps.append(.either(fork + 1, fork + 1))
        guard compile(inner) else { return false }
        steps.append(.either(fork, fork))
        steps[fork] = .either(fork + 1, steps.count)
        return true
      }
      var forks: [Int] = []
      for _ in least..<max(least, most) {
        forks.append(steps.count)
        steps.append(.either(0, 0))
        guard compile(inner) else { return false }
      }
      for fork in forks { steps[fork] = .either(fork + 1, steps.count) }
    }
    return true
  }

  private struct Parser {
    private let text: [Unicode.Scalar]
    private var position = 0

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    var isAtEnd: Bool { position == text.count }

    private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
      guard next == scalar else { return false }
      position += 1
      return true
    }

    mutating func alternatives(depth: Int) -> Node? {
      guard depth < LinearExpression.depthLimit else { return nil }
      var all: [Node] = []
      repeat {
        var sequence: [Node] = []
        while let scalar = next, scalar != "|", scalar != ")" {
          guard let item = repeated(depth: depth) else { return nil }
          sequence.append(item)
        }
        all.append(.sequence(sequence))
      } while take("|")
      return all.count == 1 ? all[0] : .alternatives(all)
    }

    private mutating func repeated(depth: Int) -> Node? {
      guard var node = item(depth: depth) else { return nil }
      var count = 0
      while let scalar = next {
        let range: (Int, Int?)
        switch scalar {
        case "*": range = (0, nil)
        case "+": range = (1, nil)
        case "?": range = (0, 1)
        case "{":
          guard let found = bounds() else { return node }
          range = found
        default: return node
        }
        if scalar != "{" { position += 1 }
        // Which match is preferred does not matter to whether there is one.
        _ = take("?")
        count += 1
        guard count < 10, range.0 <= LinearExpression.repetitionLimit,
          (range.1 ?? 0) <= LinearExpression.repetitionLimit, range.1.map({ $0 >= range.0 }) ?? true
        else { return nil }
        node = .repeated(node, range.0, range.1)
      }
      return node
    }

    /// `{2}`, `{2,}` and `{2,5}`; anything else in braces stands for itself.
    private mutating func bounds() -> (Int, Int?)? {
      guard let end = text[position...].firstIndex(of: "}") else { return nil }
      let inner = String(String.UnicodeScalarView(text[position + 1..<end]))
      let parts = inner.split(separator: ",", omittingEmptySubsequences: false)
      guard parts.count <= 2, let least = parts.first.flatMap({ Int($0) }), least >= 0 else { return nil }
      guard parts.count == 2, !parts[1].isEmpty else {
        position = end + 1
        return (least, parts.count == 2 ? nil : least)
      }
      guard let most = Int(parts[1]), most >= 0 else { return nil }
      position = end + 1
      return (least, most)
    }

    private mutating func item(depth: Int) -> Node? {
      guard let scalar = next else { return nil }
      position += 1
      switch scalar {
      case ".": return .one([0x0A...0x0A], isNegated: true)
      case "^": return .start
      case "$": return .end
      case "(":
        if take("?") {
          // Of groups with a question mark, those that capture nothing and those with a name.
          if take("P") || next == "<" {
            guard take("<"), let end = text[position...].firstIndex(of: ">") else { return nil }
            position = end + 1
          } else if !take(":") {
            return nil
          }
        }
        guard let node = alternatives(depth: depth + 1), take(")") else { return nil }
        return node
      case "[": return list()
      case "\\": return escape()
      case "*", "+", "?", ")", "|": return nil
      default: return .one([scalar.value...scalar.value], isNegated: false)
      }
    }

    private mutating func escape() -> Node? {
      guard let scalar = next else { return nil }
      switch scalar {
      case "A":
        position += 1
        return .start
      case "z":
        position += 1
        return .end
      default: return escaped().map { .one($0.ranges, isNegated: $0.isNegated) }
      }
    }

    private static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
    private static let words: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
    private static let blanks: [ClosedRange<UInt32>] = [0x09...0x0A, 0x0C...0x0D, 0x20...0x20]

    /// What stands behind a backslash.
    private mutating func escaped() -> (ranges: [ClosedRange<UInt32>], isNegated: Bool)? {
      guard let scalar = next else { return nil }
      position += 1
      func one(_ value: UInt32) -> (ranges: [ClosedRange<UInt32>], isNegated: Bool) { ([value...value], false) }
      switch scalar {
      case "d": return (Self.digits, false)
      case "D": return (Self.digits, true)
      case "w": return (Self.words, false)
      case "W": return (Self.words, true)
      case "s": return (Self.blanks, false)
      case "S": return (Self.blanks, true)
      case "n": return one(0x0A)
      case "t": return one(0x09)
      case "r": return one(0x0D)
      case "f": return one(0x0C)
      case "v": return one(0x0B)
      case "a": return one(0x07)
      default:
        // Letters and digits mean something else, here or in RE2.
        guard scalar.isASCII, !Self.words.contains(where: { $0.contains(scalar.value) }) || scalar == "_"
        else { return nil }
        return one(scalar.value)
      }
    }

    private mutating func list() -> Node? {
      let isNegated = take("^")
      var ranges: [ClosedRange<UInt32>] = []
      var isFirst = true
      while let scalar = next, isFirst || scalar != "]" {
        isFirst = false
        position += 1
        if scalar == "[", next == ":" { return nil }
        var low = scalar.value
        if scalar == "\\" {
          guard let found = escaped(), !found.isNegated else { return nil }
          guard found.ranges.count == 1, found.ranges[0].count == 1 else {
            ranges += found.ranges
            continue
          }
          low = found.ranges[0].lowerBound
        }
        guard next == "-", position + 1 < text.count, text[position + 1] != "]" else {
          ranges.append(low...low)
          continue
        }
        position += 1
        guard var high = next?.value else { return nil }
        position += 1
        if high == 0x5C {
          guard let found = escaped(), !found.isNegated, found.ranges.count == 1, found.ranges[0].count == 1 else {
            return nil
          }
          high = found.ranges[0].lowerBound
        }
        guard low <= high else { return nil }
        ranges.append(low...high)
      }
      guard take("]") else { return nil }
      return .one(ranges, isNegated: isNegated)
    }
  }
}
