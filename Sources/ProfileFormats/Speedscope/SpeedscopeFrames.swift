import ProfileModel
import TextWriting

/// The frames of a speedscope file: no two are equal, and stacks refer to them by index.
struct SpeedscopeFrames {
  private struct Key: Hashable {
    var name: String
    var file: String?
    var line: UInt32
  }

  private var rows: [Key] = []
  private var rowOfFrame: [UInt32] = []

  init(_ selected: SelectedProfile, byLine: Bool) {
    let profile = selected.profile
    var ids: [Key: UInt32] = [:]
    for frame in profile.frames {
      let function = profile.functions[frame.function.index]
      let file = function.file ?? function.module.map { profile.modules[$0.index].path }
      // A line without its source file says nothing.
      let line = byLine && function.file != nil ? frame.line : 0
      let key = Key(name: function.name, file: file, line: line)
      let next = UInt32(truncatingIfNeeded: rows.count)
      let id = ids[key] ?? next
      if id == next {
        rows.append(key)
        ids[key] = id
      }
      rowOfFrame.append(id)
    }
    if !byLine { nameHeaviestLines(selected) }
  }

  private mutating func nameHeaviestLines(_ selected: SelectedProfile) {
    let profile = selected.profile
    let weights = selected.weightOfFrames()
    var heaviest = [Int64](repeating: 0, count: rows.count)
    for (index, frame) in profile.frames.enumerated() {
      guard frame.line != 0, profile.functions[frame.function.index].file != nil else { continue }
      let row = Int(rowOfFrame[index])
      let isFirst = rows[row].line == 0
      let isHeavier = weights[index] > heaviest[row] || weights[index] == heaviest[row] && frame.line < rows[row].line
      if isFirst || isHeavier {
        rows[row].line = frame.line
        heaviest[row] = weights[index]
      }
    }
  }

  /// Fills `path` with the file's frames of a stack, leaf first.
  func path(to stack: StackID?, in stacks: StackTable, into path: inout [UInt32]) {
    path.removeAll(keepingCapacity: true)
    var next = stack
    while let node = next {
      path.append(rowOfFrame[Int(stacks.frame(of: node))])
      next = stacks.parent(of: node)
    }
  }

  func write(to json: inout JSONWriter) {
    json.array { json in
      for row in rows {
        json.object { json in
          json.member("name", row.name.isEmpty ? "[unknown]" : row.name)
          if let file = row.file { json.member("file", file) }
          if row.line != 0 { json.member("line", row.line) }
        }
      }
    }
  }
}

extension SelectedProfile {
  /// For each frame the weight of all selected samples whose stacks it is in, counted once for each place on the stack.
  func weightOfFrames() -> [Int64] {
    let (stacks, frames) = (profile.stacks, profile.frames)
    var subtree = [Int64](repeating: 0, count: stacks.count)
    for sample in samples {
      if let stack = sample.stack { subtree[stack.index] &+= sample.weight }
    }
    var result = [Int64](repeating: 0, count: frames.count)
    for node in stride(from: stacks.count - 1, through: 0, by: -1) {
      let parent = stacks.parents[node]
      if parent != StackTable.noParent { subtree[Int(parent)] &+= subtree[node] }
      // A recursive stack adds up more than once; what is compared are shares of the like.
      result[Int(stacks.frames[node])] =
        result[Int(stacks.frames[node])].addingReportingOverflow(subtree[node]).partialValue
    }
    return result
  }
}
