import Glibc
import TextWriting

/// What was probably meant where the first word is no command.
enum CommandSuggestion {
  /// The failure for these words; nil where they begin with a command, or ask for help.
  static func failure(for words: [String], commands: [String]) -> Failure? {
    guard let first = words.first, !commands.contains(first), !isBuiltIn(first) else { return nil }
    let line = words.map(\.shellWord).joined(separator: " ").escapedForTerminal.shortened(toColumns: 120)
    let word = first.shellWord.escapedForTerminal.shortened(toColumns: 80)
    func meant(_ what: String) -> Failure {
      Failure(.usage, "\(word): which command? \(what); `perfprof --help` lists all")
    }
    if first == "--" || RecordWords.begins(with: first) { return meant("to sample, use `perfprof record \(line)`") }
    if first.hasPrefix("-"), first != "-" { return nil }
    if isProcessNumber(first) {
      return meant("to sample process \(word), use `perfprof record -p \(word)`")
    }
    if let similar = similar(to: first, in: commands) {
      return Failure(
        .usage, "\(word): no such command: did you mean `perfprof \(similar)`? `perfprof --help` lists all")
    }
    if exists(first) || first == "-" {
      if isProgram(first) { return meant("to sample this program, use `perfprof record -- \(line)`") }
      return meant("`perfprof report \(word)` prints tables, `perfprof flamegraph \(word)` draws it")
    }
    return Failure(
      .usage,
      "\(word): no such command: use one of \(commands.joined(separator: ", ")); `perfprof --help` explains them")
  }

  private static func isBuiltIn(_ word: String) -> Bool {
    word == "help" || ["-h", "-help", "--help", "--version"].contains(word)
      || ["--generate-completion-script", "---completion", "--experimental-dump-help", "--help-hidden"]
        .contains { word.hasPrefix($0) }
  }

  /// Whether a word is a number, and no file of that name is there.
  static func isProcessNumber(_ word: String) -> Bool {
    !word.isEmpty && word.utf8.allSatisfy { (48...57).contains($0) } && !exists(word)
  }

  private static func exists(_ path: String) -> Bool {
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    unsafe access(path, F_OK) == 0
  }

  private static func isProgram(_ path: String) -> Bool {
    var status = stat()
    // SAFETY: the path is a Swift string, which the bridge terminates for the calls; `status` is written only.
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }

  /// The command that differs by no more than two letters, which are left out, added, changed or swapped.
  private static func similar(to word: String, in commands: [String]) -> String? {
    guard word.utf8.count <= 20 else { return nil }
    let near = commands.map { ($0, distance(Array(word.utf8), Array($0.utf8))) }.min { $0.1 < $1.1 }
    guard let near, near.1 <= 2, near.1 < near.0.utf8.count / 2 + 1 else {
      return word.utf8.count >= 3 ? commands.first { $0.hasPrefix(word) } : nil
    }
    return near.0
  }

  /// Levenshtein's distance.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let change = diagonal + (letter == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(change, row[column] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
