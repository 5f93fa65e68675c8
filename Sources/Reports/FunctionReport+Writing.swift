import ProfileModel
import TextWriting
import Wording

extension FunctionReport {
  /// The report for a terminal: what was sampled, the table, and what limits trust.
  ///
  /// - Parameter columns: The terminal's width: names are cut to fit, and bars drawn where there is room; nil where the
  ///   text goes elsewhere, and is whole.
  package func text(columns: Int? = nil) -> String {
    let amount = trust.value.columnTitle
    var table = TextTable(
      [
        .init("SELF", .right), .init(amount, .right, leaves: 2), .init("TOTAL", .right),
        .init(amount, .right, leaves: 1),
      ]
        + (columns == nil ? [] : [.init("", .left, leaves: 0)])
        + [.init("MODULE", .left, cutTo: 12, leaves: 4)]
        + (options.byLine ? [.init("LINE", .left, cutTo: 16, leaves: 3)] : [])
        + [.init("FUNCTION", .left, cutTo: 36)])
    for row in rows {
      var cells = [
        trust.share(of: row.own).percent, trust.value.cell(row.own), trust.share(of: row.total).percent,
        trust.value.cell(row.total),
      ]
      if columns != nil { cells.append(bar(of: row)) }
      cells.append((row.function.module ?? "").shortened(toColumns: 24))
      if options.byLine { cells.append(row.function.place.shortened(toColumns: 40)) }
      table.add(cells + [row.function.name])
    }
    let rest = omitted > 0 ? "… and \(omitted.grouped) more (--limit 0 shows all)\n" : ""
    let body = rows.isEmpty ? "" : "\n" + table.text(columns: columns) + rest
    return trust.head(columns: columns) + body + trust.notesText(columns: columns)
  }

  /// As wide as the figure by which rows are sorted, all of the weight being ten blocks.
  private func bar(of row: Row) -> String {
    let share = trust.share(of: options.order == .self ? row.own : row.total).bar(columns: 10)
    return share + String(repeating: " ", count: 10 - share.count)
  }

  /// The report as JSON: `functions` with `name`, `module`, `self` and `total` in the unit of the value type, and what it
  /// rests on.
  package func json() -> [UInt8] {
    var json = JSONWriter(indentation: 2)
    json.object { json in
      trust.write(to: &json)
      json.member("sort", options.order.rawValue)
      json.key("functions")
      json.array { json in
        for row in rows { json.object { write(row, to: &$0) } }
      }
      json.member("omitted", omitted)
    }
    json.endLine()
    return json.bytes
  }

  private func write(_ row: Row, to json: inout JSONWriter) {
    json.member("name", row.function.name)
    json.member("module", row.function.module)
    json.member("self", row.own)
    json.member("total", row.total)
    json.member("selfShare", trust.share(of: row.own))
    json.member("totalShare", trust.share(of: row.total))
    json.member("path", row.function.modulePath)
    if options.byLine {
      json.member("file", row.function.file)
      json.key("line")
      if row.function.line == 0 { json.value(nil) } else { json.value(row.function.line) }
    }
  }
}

extension ReportedFunction {
  /// `file.swift:12`, without folders; empty where unknown.
  var place: String {
    guard let file, let name = file.split(separator: "/").last else { return "" }
    return line == 0 ? String(name) : "\(name):\(line)"
  }
}
