/// Rows of text in aligned columns, as terminals show them.
package struct TextTable: Sendable {
  /// How a column is set.
  package enum Alignment: Sendable {
    /// Padded on the right, except in the last column.
    case left
    /// Padded on the left.
    case right
  }

  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// A table with these columns: a heading and the alignment of each. Without any heading, none is printed.
  package init(_ columns: [(heading: String, alignment: Alignment)]) {
    alignments = columns.map(\.alignment)
    let headings = columns.map(\.heading)
    if headings.contains(where: { !$0.isEmpty }) { rows.append(headings) }
  }

  /// Adds a row; missing cells are blank, surplus ones left out. Control characters are escaped here.
  package mutating func add(_ cells: [String]) {
    rows.append(cells.prefix(alignments.count).map(\.escapedForTerminal))
  }

  /// All rows, each ended by a line break, columns two blanks apart.
  package func text() -> String {
    var widths = [Int](repeating: 0, count: alignments.count)
    for row in rows {
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.terminalColumns) }
    }
    var result = ""
    for row in rows {
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.terminalColumns)
        if column > 0 { line += "  " }
        line += alignments[column] == .right ? padding + cell : cell + padding
      }
      while line.last == " " { line.removeLast() }
      result += line + "\n"
    }
    return result
  }
}
