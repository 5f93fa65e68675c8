import ProfileModel
import TextWriting
import Wording

extension FunctionComparison {
  /// The comparison for a terminal: what is compared, the verdict, then the functions.
  ///
  /// - Parameters:
  ///   - names: What to call the two sides, such as their files.
  ///   - limit: The most functions to show; nil for all.
  package func text(names: (before: String, after: String), limit: Int? = nil) -> String {
    var lines = ["before  \(names.before): \(before.text)", "after   \(names.after): \(after.text)"]
    if let earlier = before.cpuSeconds, let later = after.cpuSeconds, earlier > 0 {
      lines.append("CPU time \(earlier.fixed(2)) s → \(later.fixed(2)) s (\((later / earlier - 1).change))")
    }
    lines += warnings
    lines.append(verdictLine)
    let shown = min(rows.count, max(0, limit ?? rows.count))
    // Where nothing changed there is nothing to list, unless rows were asked for.
    if shown == 0 { return lines.map { $0.escapedForTerminal + "\n" }.joined() }
    let rest = rows.count > shown ? "… and \((rows.count - shown).grouped) more\n" : ""
    return lines.map { $0.escapedForTerminal + "\n" }.joined() + "\n" + table(rows.prefix(shown)) + rest
  }

  private var verdictLine: String {
    let count = changed.count
    guard count > 0 else { return "No function's \(options.measure.rawValue) share changed beyond noise." }
    let functions = count == 1 ? "1 function" : "\(count.grouped) functions"
    return "\(functions) of \(rows.count.grouped) changed beyond noise; \(movedShare.percent) of the samples moved."
  }

  private func table(_ rows: some Sequence<Row>) -> String {
    var table = TextTable([
      ("BEFORE", .right), ("AFTER", .right), ("CHANGE", .right), ("± 95 %", .right), ("", .left), ("MODULE", .left),
      ("FUNCTION", .left),
    ])
    for row in rows {
      let change = row.change(options.measure)
      let presence = row.isNew ? ", new" : row.isVanished ? ", gone" : ""
      table.add([
        change.before.percent, change.after.percent, change.difference.signedPoints, (change.margin * 100).fixed(1),
        change.verdict.rawValue + presence,
        (row.modulePath.map { Module(path: $0).name } ?? "").shortened(toColumns: 24),
        row.name,
      ])
    }
    return table.text()
  }

  /// The comparison as JSON: both sides, warnings, and `functions` with their self and total shares, 0 to 1.
  package func json(limit: Int? = nil) -> [UInt8] {
    var json = JSONWriter(indentation: 2)
    json.object { json in
      json.key("before")
      json.object { before.write(to: &$0) }
      json.key("after")
      json.object { after.write(to: &$0) }
      json.member("warnings", warnings)
      json.member("sort", options.measure.rawValue)
      json.member("changed", changed.count)
      json.member("movedShare", movedShare)
      json.key("functions")
      json.array { json in
        for row in rows.prefix(max(0, limit ?? rows.count)) { json.object { Self.write(row, to: &$0) } }
      }
    }
    json.endLine()
    return json.bytes
  }

  private static func write(_ row: Row, to json: inout JSONWriter) {
    json.member("name", row.name)
    json.member("module", row.modulePath.map { Module(path: $0).name })
    json.member("new", row.isNew)
    json.member("vanished", row.isVanished)
    for measure in Measure.allCases {
      let change = row.change(measure)
      json.key(measure.rawValue)
      json.object { json in
        json.member("before", change.before)
        json.member("after", change.after)
        json.member("change", change.difference)
        json.member("margin", change.margin)
        json.member("samplesBefore", change.samplesBefore)
        json.member("samplesAfter", change.samplesAfter)
        json.member("verdict", change.verdict.rawValue)
      }
    }
  }
}
