import ProfileModel
import TextWriting
import Wording

extension CallReport {
  /// The report for a terminal: what it rests on, then callers above and callees below the function, as asked.
  package func text(callers showsCallers: Bool = true, callees showsCallees: Bool = true, limit: Int? = nil) -> String {
    var result = trust.text()
    if showsCallers {
      result += "\ncallers of \(name.escapedForTerminal)\n\n"
      result += table(callers, without: "[no caller: stacks begin or are cut here]", limit)
    }
    result += "\n\(name.escapedForTerminal)\n"
    result += "  self \(trust.share(of: own).percent) (\(trust.value.text(own))), "
    result += "total \(trust.share(of: total).percent) (\(trust.value.text(total)))\n"
    if showsCallees {
      result += "\ncallees of \(name.escapedForTerminal)\n\n"
      result += table(callees, without: "[the function itself]", limit)
    }
    return result
  }

  private func table(_ rows: [Row], without placeholder: String, _ limit: Int?) -> String {
    var table = TextTable([
      ("OF TOTAL", .right), (trust.value.columnTitle, .right), ("MODULE", .left), ("FUNCTION", .left),
    ])
    let shown = min(rows.count, max(0, limit ?? rows.count))
    for row in rows.prefix(shown) {
      table.add([
        (total == 0 ? 0 : Double(row.samples) / Double(total)).percent, trust.value.cell(row.samples),
        (row.function?.module ?? "").shortened(toColumns: 24), row.function?.name ?? placeholder,
      ])
    }
    return table.text() + (rows.count > shown ? "… and \((rows.count - shown).grouped) more\n" : "")
  }

  /// The report as JSON: `function`, `callers` and `callees`, as asked, with samples.
  package func json(callers showsCallers: Bool = true, callees showsCallees: Bool = true, limit: Int? = nil) -> [UInt8]
  {
    var json = JSONWriter(indentation: 2)
    json.object { json in
      trust.write(to: &json)
      json.key("function")
      json.object { json in
        json.member("name", name)
        json.member("modules", modules)
        json.member("self", own)
        json.member("total", total)
      }
      if showsCallers { write(callers, as: "callers", limit, to: &json) }
      if showsCallees { write(callees, as: "callees", limit, to: &json) }
    }
    json.endLine()
    return json.bytes
  }

  private func write(_ rows: [Row], as key: String, _ limit: Int?, to json: inout JSONWriter) {
    json.key(key)
    json.array { json in
      for row in rows.prefix(max(0, limit ?? rows.count)) {
        json.object { json in
          json.member("name", row.function?.name)
          json.member("module", row.function?.module)
          json.member("samples", row.samples)
        }
      }
    }
  }
}
