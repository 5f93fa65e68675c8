/// Which frames a pprof file asks to leave out: functions that match its `drop_frames` and not its `keep_frames`, with
/// all that they call (pprof, `profile/prune.go`, `RemoveUninteresting`).
struct FramePruning {
  private let drop: LinearExpression
  private let keep: LinearExpression?

  /// What is left out of a location.
  enum Cut {
    case nothing
    /// The location, and all that is called from it.
    case whole
    /// What is inlined into it from this position of its lines down, and all that is called from it; innermost line first.
    case beneath(keptFrom: Int)
  }

  /// Nil where nothing is asked for; `isUnderstood` is false where one of the expressions is not.
  static func of(drop: String, keep: String) -> (pruning: FramePruning?, isUnderstood: Bool) {
    guard !drop.isEmpty else { return (nil, true) }
    guard let dropping = LinearExpression(drop) else { return (nil, false) }
    guard !keep.isEmpty else { return (FramePruning(drop: dropping, keep: nil), true) }
    guard let keeping = LinearExpression(keep) else { return (nil, false) }
    return (FramePruning(drop: dropping, keep: keeping), true)
  }

  /// Steps that one name may take.
  func cost(_ name: String) -> Int { name.utf8.count * (drop.cost + (keep?.cost ?? 0)) / 64 }

  /// Whether a function is left out.
  func drops(_ name: String) -> Bool {
    let name = Self.simplified(name)
    return drop.matches(name) && !(keep?.matches(name) ?? false)
  }

  /// What is left out of a location whose lines have functions of these names, innermost first.
  func cut(_ names: [String]) -> Cut {
    for position in names.indices.reversed() where !names[position].isEmpty && drops(names[position]) {
      return position == names.count - 1 ? .whole : .beneath(keptFrom: position + 1)
    }
    return .nothing
  }

  /// The name before its arguments; parentheses that are part of a name are passed over.
  private static func simplified(_ name: String) -> String {
    let name = name.first == "." ? name.dropFirst() : name[...]
    var position = name.startIndex
    while let open = name[position...].firstIndex(of: "(") {
      if name[open...].hasPrefix("(anonymous namespace)") {
        position = name.index(open, offsetBy: "(anonymous namespace)".count)
      } else if name[..<open].hasSuffix("operator"), name[open...].hasPrefix("()") {
        position = name.index(open, offsetBy: 2)
      } else {
        return String(name[..<open])
      }
    }
    return String(name)
  }
}
