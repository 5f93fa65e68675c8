/// The fields of a process's or thread's `status` file (proc_pid_status(5)), each a name and words.
package struct StatusFields {
  private var words: [Substring: [Substring]] = [:]

  /// Reads a file; nil where that can't be done.
  package init?(path: String) {
    guard let text = ProcFile.text(path) else { return nil }
    // A line break in the name is escaped there, so that it can't pass for another line.
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      words[line[..<colon]] = line[line.index(after: colon)...].split(whereSeparator: { $0 == "\t" || $0 == " " })
    }
  }

  /// The words of a field; none where there is no such field.
  package subscript(name: Substring) -> [Substring] { words[name] ?? [] }
}
