import ProfileModel
import TextWriting

extension SelectedProfile {
  /// What the selection leaves of the profile, in words for a line of facts; none where that is all.
  package var selectionWords: [String] {
    var words: [String] = []
    if let time = selection.time {
      let from = (Double(time.lowerBound) / 1e9).fixed(3)
      words.append(
        time.upperBound == .max
          ? "from \(from) s on" : "from \(from) to \((Double(time.upperBound) / 1e9).fixed(3)) s")
    }
    if let processes = selection.processes {
      words.append(Self.list("process", "processes", processes.map { profile.processes[$0.index].name }))
    }
    if let threads = selection.threads {
      words.append(Self.list("thread", "threads", threads.map { profile.threads[$0.index].name }))
    }
    words += selection.focus.map { "with \($0.source)" } + selection.ignore.map { "without \($0.source)" }
    words += selection.hide.map { "\($0.source) hidden" }
    if isTurned { words.append("from the leaf up") }
    return words
  }

  /// `thread parser`, `threads lexer, parser`, `12 threads`.
  private static func list(_ one: String, _ many: String, _ names: [String]) -> String {
    let distinct = Set(names).sorted()
    guard distinct.count <= 3 else { return "\(names.count) \(many)" }
    return (names.count == 1 ? one : many) + " " + distinct.joined(separator: ", ")
  }
}
