/// The words behind `perfprof record`, with what people leave out put in its place.
///
///     record ./prog -x          record -- ./prog -x        the first word that is no option begins the program
///     record -p 12 34 -d 5      record -p 12,34 -d 5       what `$(pidof server)` gives
struct RecordWords {
  /// The words as the parser takes them.
  private(set) var words: [String] = []
  /// Options of `record` that stand behind the program, and so are the program's; empty where `--` was written.
  private(set) var strayOptions: [String] = []
  /// The program that was told by its place; nil where `--` was written, or none is started.
  private(set) var program: String?

  /// Options that take the next word; all others are flags. A test holds the list to the command's own.
  private static let withValue: Set<String> = [
    "-p", "--pid", "-F", "--frequency", "-e", "--event", "-c", "--count", "-d", "--duration", "-o", "--output",
    "-G", "--cgroup", "--thread", "--work-symbol", "--sampler", "--max-depth", "--unwinding", "--debug-dir",
  ]

  /// Understands `given`, all words behind `record`.
  init(_ given: [String]) {
    var position = 0
    while position < given.count {
      let word = given[position]
      if word == "--" { break }
      guard !word.hasPrefix("-") || word == "-" else {
        words.append(word)
        position += 1
        guard Self.takesValue(word), position < given.count else { continue }
        var value = given[position]
        position += 1
        if ["-p", "--pid"].contains(word), Self.isNumber(value) {
          while position < given.count, Self.isNumber(given[position]) {
            value += "," + given[position]
            position += 1
          }
        }
        words.append(value)
        continue
      }
      program = word
      strayOptions = given[position...].filter { Self.withValue.contains($0) && $0 != "-c" && $0 != "-e" }
      words.append("--")
      break
    }
    words += given[position...]
  }

  /// Short options can be written together, `-aF 99`, and the last takes the value.
  private static func takesValue(_ word: String) -> Bool {
    if withValue.contains(word) { return true }
    guard !word.hasPrefix("--"), let last = word.last else { return false }
    return word.utf8.count > 2 && withValue.contains("-\(last)")
  }

  /// Whether a word is an option that only `record` has.
  static func begins(with word: String) -> Bool {
    ["-p", "--pid", "-a", "--all", "-F", "--frequency", "-d", "--duration", "-e", "--event"].contains(word)
      || word.hasPrefix("--pid=")
  }

  private static func isNumber(_ word: String) -> Bool {
    !word.isEmpty && word.utf8.allSatisfy { (48...57).contains($0) }
  }
}
