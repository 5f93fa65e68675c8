import ProfileModel

/// What tells one row of a report from another: a function's name and module, and its line where lines are reported.
package struct ReportedFunction: Hashable, Sendable {
  /// The name as profiles show it.
  package var name: String
  /// Path of the module, where known.
  package var modulePath: String?
  /// Source file, in reports by line.
  package var file: String?
  /// Source line, in reports by line; 0 where unknown.
  package var line: UInt32 = 0

  /// The last component of the module's path.
  package var module: String? { modulePath.map { Module(path: $0).name } }

  /// Orders rows of equal weight: by name, then by what tells them apart, bytewise.
  static func precedes(_ left: ReportedFunction, _ right: ReportedFunction) -> Bool {
    func isBefore(_ first: String, _ second: String) -> Bool? {
      first == second ? nil : first.utf8.lexicographicallyPrecedes(second.utf8)
    }
    return isBefore(left.name, right.name) ?? isBefore(left.modulePath ?? "", right.modulePath ?? "")
      ?? isBefore(left.file ?? "", right.file ?? "") ?? (left.line < right.line)
  }
}

/// The functions of a profile, and to which of them each frame belongs.
struct FunctionIndex {
  private(set) var functions: [ReportedFunction] = []
  /// For each frame its position in `functions`; frames that stand for missing ones have none.
  private(set) var groupOfFrame: [UInt32] = []

  init(_ profile: Profile, byLine: Bool = false) {
    var rows = InternedRows()
    // Most functions have many frames, which are one row unless lines are told apart.
    var rowOfFunction = [UInt32](repeating: StackGrouping.none, count: byLine ? 0 : profile.functions.count)
    groupOfFrame.reserveCapacity(profile.frames.count)
    for frame in profile.frames {
      guard !frame.kind.isMarker else {
        groupOfFrame.append(StackGrouping.none)
        continue
      }
      if !byLine, rowOfFunction[frame.function.index] != StackGrouping.none {
        groupOfFrame.append(rowOfFunction[frame.function.index])
        continue
      }
      let function = profile.functions[frame.function.index]
      var row = ReportedFunction(
        name: function.name, modulePath: function.module.map { profile.modules[$0.index].path })
      if byLine {
        row.file = function.file
        row.line = frame.line
      }
      let id = UInt32(truncatingIfNeeded: rows.intern(row, in: &functions))
      if !byLine { rowOfFunction[frame.function.index] = id }
      groupOfFrame.append(id)
    }
  }

  func grouping(of stacks: StackTable) -> StackGrouping {
    StackGrouping(stacks, groupOfFrame: groupOfFrame, count: functions.count)
  }
}
