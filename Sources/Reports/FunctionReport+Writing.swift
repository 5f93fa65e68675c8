import ProfileModel
import TextWriting
import Wording

extension FunctionReport {
  /// The report for a terminal: what it rests on, then the table.
  package func text() -> String {
    var columns: [(heading: String, alignment: TextTable.Alignment)] = [
      ("SELF", .right), ("", .right), ("TOTAL", .right), ("", .right), ("MODULE", .left), ("FUNCTION", .left),
    ]
    if options.byLine { columns.insert(("LINE", .left), at: 5) }
    var table = TextTable(columns)
    for row in rows {
      var cells = [
        trust.share(of: row.own).percent, trust.value.cell(row.own), trust.share(of: row.total).percent,
        trust.value.cell(row.total),
        (row.function.module ?? "").shortened(toColumns: 24), row.function.name,
      ]
      if options.byLine { cells.insert(row.function.place.shortened(toColumns: 40), at: 5) }
      table.add(cells)
    }
    let rest = omitted > 0 ? "… and \(omitted.grouped) more\n" : ""
    return trust.text() + "\n" + table.text() + rest
  }

  /// The report as JSON: `functions` with `name`, `module`, `self` and `total` in the unit of the value type, and what it
  /// rests on.
  package func json(_ overview: ProfileOverview? = nil) -> [UInt8] {
    var json = JSONWriter(indentation: 2)
    json.object { json in
      trust.write(to: &json)
      json.member("sort", options.order.rawValue)
      json.key("functions")
      json.array { json in
        for row in rows { json.object { write(row, to: &$0) } }
      }
      json.member("omitted", omitted)
      overview?.write(to: &json)
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
