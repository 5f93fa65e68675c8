/// Rows of text in aligned columns, as terminals show them.
package struct TextTable: Sendable {
  /// How a column is set.
  package enum Alignment: Sendable {
    /// Padded on the right, except in the last column.
    case left
    /// Padded on the left.
    case right
  }

  /// A column, and what becomes of it where the table is wider than the terminal.
  package struct Column: Sendable {
    var heading: String
    var alignment: Alignment
    /// To how many columns its cells may be cut; nil for not at all.
    var least: Int?
    /// When it is left out: the lowest first, nil for never.
    var leaves: Int?

    /// A column that stays as it is, unless more is said.
    package init(_ heading: String, _ alignment: Alignment, cutTo least: Int? = nil, leaves: Int? = nil) {
      self.heading = heading
      self.alignment = alignment
      self.least = least
      self.leaves = leaves
    }
  }

  private let columns: [Column]
  private var rows: [[String]] = []
  private let hasHeadings: Bool

  /// A table with these columns. Without any heading, none is printed.
  package init(_ columns: [Column]) {
    self.columns = columns
    hasHeadings = columns.contains { !$0.heading.isEmpty }
    if hasHeadings { rows.append(columns.map(\.heading)) }
  }

  /// A table whose columns stay as they are.
  package init(_ columns: [(heading: String, alignment: Alignment)]) {
    self.init(columns.map { Column($0.heading, $0.alignment) })
  }

  /// Adds a row; missing cells are blank, surplus ones left out. Control characters are escaped here.
  package mutating func add(_ cells: [String]) {
    rows.append(cells.prefix(columns.count).map(\.escapedForTerminal))
  }

  /// All rows, each ended by a line break, columns two blanks apart.
  ///
  /// - Parameter limit: The terminal's width, into which the table is fitted where its columns allow; nil for none.
  package func text(columns limit: Int? = nil) -> String {
    let (shown, widths) = fitted(into: limit)
    var result = ""
    for row in rows {
      var line = ""
      for column in shown where column < row.count {
        let cell = row[column].shortenedName(toColumns: widths[column])
        let padding = String(repeating: " ", count: max(0, widths[column] - cell.terminalColumns))
        if column != shown[0] { line += "  " }
        line += columns[column].alignment == .right ? padding + cell : cell + padding
      }
      while line.last == " " { line.removeLast() }
      result += line + "\n"
    }
    return result
  }

  /// Which columns are shown, and for each its width: cells are cut first, then columns leave, then cells are cut more.
  private func fitted(into limit: Int?) -> (shown: [Int], widths: [Int]) {
    var widths = [Int](repeating: 0, count: columns.count)
    for row in rows {
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.terminalColumns) }
    }
    var shown = Array(columns.indices)
    guard let limit else { return (shown, widths) }
    while true {
      let excess = shown.reduce(-2) { $0 + widths[$1] + 2 } - limit
      guard excess > 0 else { break }
      let room = shown.reduce(0) { $0 + max(0, widths[$1] - (columns[$1].least ?? widths[$1])) }
      if room >= excess {
        cut(&widths, shown, by: excess) { columns[$0].least }
        break
      }
      guard
        let next = shown.filter({ columns[$0].leaves != nil }).min(by: {
          columns[$0].leaves ?? 0 < columns[$1].leaves ?? 0
        })
      else {
        cut(&widths, shown, by: excess) { columns[$0].least.map { _ in Self.leastOfAll } }
        break
      }
      shown.removeAll { $0 == next }
    }
    return (shown, widths)
  }

  /// Narrows the widest column that may be narrowed, again and again.
  private func cut(_ widths: inout [Int], _ shown: [Int], by excess: Int, least: (Int) -> Int?) {
    for _ in 0..<excess {
      let widest = shown.filter { widths[$0] > least($0) ?? .max }.max { widths[$0] < widths[$1] }
      guard let widest else { return }
      widths[widest] -= 1
    }
  }

  /// Below this nothing can be told from a name.
  private static let leastOfAll = 8
}
