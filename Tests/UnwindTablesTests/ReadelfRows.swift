import ProfileModel

@testable import UnwindTables

/// Rows as `readelf --debug-dump=frames-interp` prints them.
struct ReadelfRows {
  struct Row {
    var address: UInt64
    var end: UInt64
    var cfa: String
    var registers: [String: String]
  }

  private(set) var rows: [Row] = []

  init(_ text: String) {
    var columns: [Substring] = []
    var range: (start: UInt64, end: UInt64)?
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      if let field = words.first(where: { $0.hasPrefix("pc=") }), words.contains("FDE") {
        let ends = field.dropFirst(3).split(separator: ".", omittingEmptySubsequences: true)
        guard ends.count == 2, let start = UInt64(ends[0], radix: 16), let end = UInt64(ends[1], radix: 16) else {
          continue
        }
        range = (start, end)
        columns = []
      } else if words.contains("CIE") {
        range = nil
      } else if words.first == "LOC" {
        columns = Array(words.dropFirst(2))
      } else if let range, let first = words.first, first.count == 16 || first.count == 8,
        let address = UInt64(first, radix: 16),
        words.count >= 2, words.count == columns.count + 2, words[1] != "ZERO"
      {
        if rows.last?.address == address, rows.last?.end == range.end { rows.removeLast() }
        rows.append(
          Row(
            address: address, end: range.end, cfa: String(words[1]),
            registers: Dictionary(
              zip(columns.map(String.init), words.dropFirst(2).map(String.init)), uniquingKeysWith: { $1 })))
      }
    }
  }
}

/// What became of a comparison.
struct Comparison {
  var compared = 0
  var handedOn = 0
  var differences: [String] = []

  /// Rows that are handed on for another reason than an expression: `__rawmemchr` of the AArch64 libc has x15 as its
  /// return-address column, which readelf doesn't show as a register.
  static let known: Set = ["sp+0 [:]"]

  /// Looks up every row of `readelf` in `table`.
  mutating func run(_ rows: [ReadelfRows.Row], _ table: inout UnwindTable) {
    let numbers =
      switch table.architecture {
      case .x86_64: [6, 3, 12, 13, 14, 15]
      case .aarch64: Array(19...29)
      case .i386: [5, 3, 6, 7]
      }
    for row in rows where row.address < row.end {
      compared += 1
      let found = table.row(at: row.address)
      let place = String(row.address, radix: 16)
      guard case .row(let ours) = found else {
        // Only what has an expression may be handed on.
        handedOn += 1
        if row.cfa != "exp", !Self.known.contains(row.cfa + " \(row.registers)"),
          !row.registers.values.contains(where: { $0 == "exp" || $0 == "vexp" })
        {
          differences.append("\(place): \(row.cfa) \(row.registers) was handed on: \(found)")
        }
        continue
      }
      let text = RuleText(rule: ours.rule, architecture: table.architecture)
      if !ours.range.contains(row.address) { differences.append("\(place): not in \(ours.range)") }
      if ours.rule.isRoot {
        if row.registers["ra"] != "u" { differences.append("\(place): root, but \(row.registers)") }
        continue
      }
      // A context that is loaded as a whole: our CFA is the stack pointer in it, readelf's is where it lies.
      if ours.rule.kind == .dereference, (row.registers["rsp"] ?? row.registers["esp"])?.hasPrefix("c+") == true {
        continue
      }
      if text.cfa != row.cfa { differences.append("\(place): CFA \(row.cfa), ours \(text.cfa)") }
      var theirReturn = row.registers["ra"] ?? "u"
      if theirReturn == "s" { theirReturn = "u" }
      if text.returnAddress != theirReturn {
        differences.append("\(place): ra \(theirReturn), ours \(text.returnAddress)")
      }
      for number in numbers {
        let name = RuleText.name(number, table.architecture)
        var theirs = row.registers[name] ?? "u"
        if theirs == "s" { theirs = "u" }
        if text.register(number) != theirs {
          differences.append("\(place): \(name) \(theirs), ours \(text.register(number))")
        }
      }
    }
  }
}
