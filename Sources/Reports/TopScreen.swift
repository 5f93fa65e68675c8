import ProfileModel
import TextWriting
import Wording

/// The picture of a live view: which lines a terminal of a size shows, a pure function of what was sampled and is looked at.
///
///     1  perfprof top · server (1234) · last 10.0 s · 99 Hz
///     2  1,980 samples, 19.9 s of CPU, 2.0 cores, 12 threads
///     3  99.4 % rooted · 0 lost · 0.31 % unnamed                 stays, whatever the size
///     4   SELF  TOTAL  FUNCTION                      MODULE
///     5  41.2   80.0   parse                         server      as many rows as fit
///     …
///     n  q quit  / filter  Enter callers …                      or the filter that is typed
package struct TopScreen: Sendable {
  /// How a line looks.
  package enum Style: Hashable, Sendable {
    case plain, title, trust, doubt, heading, selected, keys
  }

  /// A line, no wider than the terminal.
  package struct Line: Hashable, Sendable {
    package var text: String
    package var style: Style
  }

  /// What is being watched, in words.
  package let title: String
  /// What was sampled; nil as long as there is nothing.
  package let report: TopReport?
  /// What is looked at.
  package let state: TopState

  /// A row of the table: its cells, and the function that it leads to.
  private struct Row {
    var cells: [String]
    var function: String?
  }

  private let columns: [TextTable.Column]
  private let rows: [Row]
  private let facts: String
  private let trust: [String]
  private let isDoubtful: Bool

  /// Adds up what the state looks at.
  package init(title: String, report: TopReport?, state: TopState) {
    (self.title, self.report, self.state) = (title, report, state)
    guard let report else {
      (columns, rows, facts, trust, isDoubtful) = ([], [], "", ["sampling…"], false)
      return
    }
    let selected = report.selected(state.value)
    let completeness = selected.completeness()
    trust = report.trust(selected)
    isDoubtful = completeness.rootedShare.map { $0 < 0.95 } ?? false || report.profile.metadata.lost > 0
    facts = Self.facts(report, selected, completeness)
    let all: [Row]
    switch state.page {
    case .functions: (columns, all) = Self.functions(selected, state.order)
    case .threads: (columns, all) = Self.threads(report, selected)
    case .calls(let name): (columns, all) = Self.calls(selected, of: name)
    case .help: (columns, all) = Self.help
    }
    let needle = state.filter.lowercased()
    rows =
      needle.isEmpty || state.page == .help
      ? all : all.filter { $0.cells.contains { $0.lowercased().contains(needle) } }
  }

  /// How many rows there are.
  package var rowCount: Int { rows.count }

  /// The function that a row leads to.
  package func function(atRow index: Int) -> String? { rows.indices.contains(index) ? rows[index].function : nil }

  /// How many rows of the table a terminal of so many lines has room for.
  package static func visibleRows(lines: Int) -> Int { max(0, lines - headLines(lines) - footLines(lines)) }

  /// Lines above the rows: title and facts leave before what tells of trust.
  private static func headLines(_ lines: Int) -> Int { lines >= 8 ? 4 : lines >= 5 ? 3 : lines >= 2 ? 2 : 1 }
  private static func footLines(_ lines: Int) -> Int { lines >= 6 ? 1 : 0 }

  /// The picture for a terminal of this size: no more lines than it has, and none wider.
  package func lines(columns width: Int, lines height: Int) -> [Line] {
    guard width > 0, height > 0 else { return [] }
    let head = Self.headLines(height)
    var result: [Line] = []
    func add(_ text: String, _ style: Style) {
      result.append(Line(text: text.escapedForTerminal.shortened(toColumns: width), style: style))
    }
    if head >= 3 { add(String.fitting(titleParts, separator: " · ", columns: width), .title) }
    if head >= 4 { add(facts, .plain) }
    add(String.fitting(trust, separator: " · ", columns: width), isDoubtful ? .doubt : .trust)
    let room = Self.visibleRows(lines: height)
    let selected = max(0, min(state.selected, rows.count - 1))
    // The chosen row stays in sight, and the list stays put as long as it does.
    let first = room == 0 ? 0 : min(max(0, rows.count - room), selected / room * room)
    let shown = rows[first..<min(rows.count, first + room)]
    if head >= 2 {
      var table = TextTable(columns)
      for row in shown { table.add(row.cells) }
      var text = table.text(columns: width).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      if text.last == "" { text.removeLast() }
      if text.isEmpty { text = [""] }
      for (index, line) in text.prefix(room + 1).enumerated() {
        add(line, index == 0 ? .heading : index - 1 + first == selected && state.page != .help ? .selected : .plain)
      }
    }
    guard Self.footLines(height) > 0 else { return Array(result.prefix(height)) }
    while result.count < height - 1 { add("", .plain) }
    add(foot(columns: width), .keys)
    return result
  }

  /// The same as plain text, a table of so many rows, for what is no terminal to draw on.
  package func text(rows limit: Int, columns width: Int?) -> String {
    var head = titleParts.joined(separator: " · ") + "\n"
    if !facts.isEmpty { head += facts + "\n" }
    head += trust.joined(separator: " · ")
    let lines = head.split(separator: "\n").map { line -> String in
      let text = String(line).escapedForTerminal
      return width.map { text.shortened(toColumns: $0) } ?? text
    }
    var table = TextTable(columns)
    for row in rows.prefix(limit) { table.add(row.cells) }
    return lines.joined(separator: "\n") + "\n" + (columns.isEmpty ? "" : table.text(columns: width))
  }

  // MARK: Parts

  private var titleParts: [String] {
    var parts = ["perfprof top", title]
    if state.isPaused { parts.insert("PAUSED", at: 1) }
    if let report {
      parts.append("last \(report.seconds.fixed(1)) s")
      if report.profile.metadata.requestedFrequency > 0 {
        parts.append("\(report.profile.metadata.requestedFrequency.fixed(0)) Hz")
      }
      if !report.profile.metadata.sampler.isUnknown { parts.append(report.profile.metadata.sampler.name) }
    }
    return parts
  }

  private static func facts(_ report: TopReport, _ selected: SelectedProfile, _ completeness: Completeness) -> String {
    var parts = [selected.value.total(completeness.samples)]
    if let load = report.profile.metadata.cpuLoadText { parts.append(load) }
    var threads = Set<Int>()
    for sample in selected.samples {
      threads.insert(report.profile.threads[sample.thread.index].first?.index ?? sample.thread.index)
    }
    parts.append("\(threads.count.grouped) \(threads.count == 1 ? "thread" : "threads")")
    if report.values.count > 1 {
      let others = report.values.map { report.profile.valueTypes[$0.index].name }
      parts.append("v: \(others.joined(separator: ", "))")
    }
    return parts.joined(separator: ", ")
  }

  private func foot(columns width: Int) -> String {
    if state.isTyping { return "/\(state.filter)_  (Enter keeps, Esc clears)" }
    var parts: [String] = []
    if !state.filter.isEmpty { parts.append("filter: \(state.filter)  Esc clears") }
    if case .calls = state.page { parts.append("Esc back") }
    parts += [
      "q quit", "h help", "Enter callers", "Tab threads", "/ filter", "s self", "t total", "p pause", "v value",
    ]
    return String.fitting(parts, separator: "  ", columns: width)
  }

  private typealias Table = (columns: [TextTable.Column], rows: [Row])

  private static func functions(_ selected: SelectedProfile, _ order: FunctionReport.Order) -> Table {
    let report = FunctionReport(selected, .init(order: order))
    let columns: [TextTable.Column] = [
      .init(order == .self ? "SELF*" : "SELF", .right), .init(order == .total ? "TOTAL*" : "TOTAL", .right),
      .init(selected.value.columnTitle, .right, leaves: 0), .init("FUNCTION", .left, cutTo: 16),
      .init("MODULE", .left, cutTo: 8, leaves: 1),
    ]
    let rows = report.rows.map { row -> Row in
      let amount = order == .self ? row.own : row.total
      return Row(
        cells: [
          report.trust.share(of: row.own).percent, report.trust.share(of: row.total).percent,
          selected.value.cell(amount), row.function.name, row.function.module ?? "",
        ], function: row.function.name)
    }
    return (columns, rows)
  }

  private static func threads(_ report: TopReport, _ selected: SelectedProfile) -> Table {
    let rows = report.threads(selected)
    let all = rows.reduce(Int64(0)) { $0 + $1.amount }
    let hasWaits = rows.contains { $0.wait != nil }
    let columns: [TextTable.Column] = [
      .init("SHARE", .right), .init(selected.value.columnTitle, .right, leaves: 0), .init("TID", .right),
      .init("THREAD", .left, cutTo: 8), .init("PROCESS", .left, cutTo: 8, leaves: 2),
      .init(hasWaits ? "WAITS LONGEST FOR" : "", .left, cutTo: 8, leaves: 1),
    ]
    let cells = rows.map { row in
      Row(
        cells: [
          (Double(row.amount) / Double(max(1, all))).percent, selected.value.cell(row.amount), "\(row.tid)", row.name,
          "\(row.process) (\(row.pid))", row.wait ?? "",
        ], function: nil)
    }
    return (columns, cells)
  }

  private static func calls(_ selected: SelectedProfile, of name: String) -> Table {
    let columns: [TextTable.Column] = [
      .init("TOTAL", .right), .init("", .left), .init("FUNCTION", .left, cutTo: 16),
      .init("MODULE", .left, cutTo: 8, leaves: 0),
    ]
    guard let report = try? CallReport(selected, function: name) else {
      return (columns, [Row(cells: ["", "", "no sample in \(name) in the last seconds", ""], function: nil)])
    }
    func row(_ row: CallReport.Row, _ word: String, none: String) -> Row {
      Row(
        cells: [
          report.trust.share(of: row.samples).percent, row.function == nil ? "" : word, row.function?.name ?? none,
          row.function?.module ?? "",
        ], function: row.function?.name)
    }
    var rows = report.callers.map { row($0, "calls", none: "(no caller)") }
    rows.append(
      Row(
        cells: [
          report.trust.share(of: report.total).percent, "→", report.name,
          report.modules.first.map { Module(path: $0).name } ?? "",
        ], function: nil))
    rows += report.callees.map { row($0, "is called", none: "(itself)") }
    return (columns, rows)
  }

  private static let help: Table = (
    [.init("KEY", .left), .init("WHAT IT DOES", .left, cutTo: 16)],
    [
      ("↑ ↓ j k", "choose a row; PgUp, PgDn, Home and End go farther"),
      ("Enter, c", "callers and callees of the chosen function"), ("Esc", "clear the filter, or go back"),
      ("Tab", "functions or threads"), ("s, t", "sort functions by self or by total (*)"),
      ("/", "show rows with a text only"), ("p, Space", "pause the picture; sampling goes on"),
      ("v", "next value: samples, off-cpu, runnable, idle"), ("h, ?", "this list"), ("q, Ctrl-C", "quit"),
    ].map { Row(cells: [$0.0, $0.1], function: nil) }
  )
}
