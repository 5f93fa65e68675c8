import ProfileModel
import TextWriting
import Wording

extension FunctionComparison {
  /// The comparison for a terminal: the answer, what is compared, what changed, what could not be told.
  ///
  /// - Parameters:
  ///   - names: What to call the two sides, such as their files.
  ///   - limit: The most rows of each table; nil for all.
  ///   - columns: The width to fit into; nil for any.
  ///   - isFull: Whether unchanged functions are listed too.
  package func text(
    names: (before: String, after: String), limit: Int? = nil, columns: Int? = nil, isFull: Bool = false
  ) -> String {
    var lines = [sentence, "", "before  \(names.before): \(before.text)", "after   \(names.after): \(after.text)"]
    lines.append(unitsText)
    lines += warnings
    var text = lines.map { $0.escapedForTerminal + "\n" }.joined()
    let changed = changedLines()
    if !changed.isEmpty { text += "\nChanged, \(unitText)\n" + table(changed, limit, columns) }
    let open = openLines()
    if !open.isEmpty {
      text +=
        "\nCould not be told (a change may be anything between LOW and HIGH)\n" + openTable(open, limit ?? 10, columns)
      if let advice { text += advice + "\n" }
    }
    if isFull {
      let rest = rows.filter { $0.change(options.measure).verdict == .unchanged }.map {
        ChangeLine(
          measure: options.measure.rawValue, name: $0.name, module: $0.function.module,
          change: $0.change(options.measure), remark: $0.change(options.measure).isDiluted ? "as others changed" : "")
      }
      if !rest.isEmpty { text += "\nUnchanged\n" + table(rest, limit, columns) }
    } else {
      let count = rows.filter { $0.own.verdict == .unchanged && $0.total.verdict == .unchanged }.count
      if count > 0 {
        text +=
          "\n\(count.grouped) \(count == 1 ? "function is" : "functions are") unchanged within "
          + "\(options.tolerance.percent) of everything.\n"
      }
    }
    return text
  }

  private var unitsText: String {
    let kind = units.areRuns ? "runs" : units.arePaired ? "pairs of blocks of the same time" : "blocks of time"
    let count =
      units.arePaired || units.before == units.after ? "\(units.before)" : "\(units.before) and \(units.after)"
    let each = units.arePaired ? "" : units.before == units.after ? " a side" : ""
    return "judged by \(count) \(kind)\(each), 95 % intervals, 5 % false discoveries over everything"
  }

  private func table(_ lines: [ChangeLine], _ limit: Int?, _ columns: Int?) -> String {
    var table = TextTable([
      ("VERDICT", .left), ("BEFORE", .right), ("AFTER", .right), ("CHANGE", .right), ("± 95 %", .right), ("OF", .left),
      ("FUNCTION", .left),
    ])
    let shown = lines.prefix(max(0, limit ?? lines.count))
    for line in shown {
      let remark = line.remark.isEmpty ? "" : "  (\(line.remark.shortened(toColumns: 60)))"
      table.add([
        Self.word(line.change.verdict), amount(line.change.before), amount(line.change.after),
        difference(line.change.difference), margin(line.change.margin), line.measure,
        name(of: line, columns, taken: 62 + min(62, remark.count)) + remark,
      ])
    }
    return table.text() + more(lines.count - shown.count)
  }

  private func openTable(_ lines: [ChangeLine], _ limit: Int, _ columns: Int?) -> String {
    var table = TextTable([
      ("BEFORE", .right), ("AFTER", .right), ("LOW", .right), ("HIGH", .right), ("WOULD BE SEEN", .right),
      ("OF", .left),
      ("FUNCTION", .left),
    ])
    let shown = lines.prefix(max(0, limit))
    for line in shown {
      table.add([
        amount(line.change.before), amount(line.change.after), difference(line.change.low),
        difference(line.change.high), line.change.visible.map { "±" + margin($0) } ?? "–", line.measure,
        name(of: line, columns, taken: 70),
      ])
    }
    return table.text() + more(lines.count - shown.count)
  }

  private func name(of line: ChangeLine, _ columns: Int?, taken: Int) -> String {
    guard let columns else { return line.name }
    return line.name.shortened(toColumns: max(20, columns - taken))
  }

  private func more(_ count: Int) -> String { count > 0 ? "… and \(count.grouped) more\n" : "" }

  /// The verdict as people read it.
  static func word(_ verdict: Verdict) -> String { verdict == .cannotTell ? "can't tell" : verdict.rawValue }
}
