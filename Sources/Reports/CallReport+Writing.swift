import ProfileModel
import TextWriting
import Wording

extension CallReport {
  /// The report for a terminal: what was sampled, callers above and callees below the function, as asked, and what limits
  /// trust.
  ///
  /// - Parameter columns: The terminal's width; nil where nothing has to fit.
  package func text(
    callers showsCallers: Bool = true, callees showsCallees: Bool = true, limit: Int? = nil, columns: Int? = nil
  ) -> String {
    let title = title(columns)
    var result = trust.head(columns: columns)
    if showsCallers {
      result += "\n" + "callers of \(title)".shortenedName(toColumns: columns ?? .max) + "\n\n"
      result += table(callers, without: "[no caller: stacks begin or are cut here]", limit, columns)
    }
    result += "\n\(title)\n"
    result += "  self \(trust.share(of: own).percent) (\(trust.value.text(own))), "
    result += "total \(trust.share(of: total).percent) (\(trust.value.text(total)))\n"
    if showsCallees {
      result += "\n" + "callees of \(title)".shortenedName(toColumns: columns ?? .max) + "\n\n"
      result += table(callees, without: "[the function itself]", limit, columns)
    }
    return result + matchesText(columns) + trust.notesText(columns: columns)
  }

  private func title(_ columns: Int?) -> String {
    names.count == 1
      ? name.escapedForTerminal.shortenedName(toColumns: columns ?? .max)
      : "\(names.count.grouped) functions with \(name.escapedForTerminal) in their names"
  }

  /// Which functions are taken together, the heaviest first; nothing where it is one.
  private func matchesText(_ columns: Int?) -> String {
    guard names.count > 1 else { return "" }
    let listed = names.prefix(20).map { $0.escapedForTerminal.shortenedName(toColumns: min(columns ?? 100, 100) - 2) }
    let more = names.count > 20 ? "  and \((names.count - 20).grouped) more\n" : ""
    return "\nfunctions with \(name.escapedForTerminal) in their names, taken together:\n"
      + listed.map { "  \($0)\n" }.joined() + more
  }

  private func table(_ rows: [Row], without placeholder: String, _ limit: Int?, _ columns: Int?) -> String {
    var table = TextTable([
      .init("OF TOTAL", .right), .init(trust.value.columnTitle, .right, leaves: 0),
      .init("MODULE", .left, cutTo: 12, leaves: 1), .init("FUNCTION", .left, cutTo: 32),
    ])
    let shown = min(rows.count, max(0, limit ?? rows.count))
    for row in rows.prefix(shown) {
      table.add([
        (total == 0 ? 0 : Double(row.samples) / Double(total)).percent, trust.value.cell(row.samples),
        (row.function?.module ?? "").shortened(toColumns: 24), row.function?.name ?? placeholder,
      ])
    }
    return table.text(columns: columns)
      + (rows.count > shown ? "… and \((rows.count - shown).grouped) more (--limit 0 shows all)\n" : "")
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
        json.member("names", names)
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
