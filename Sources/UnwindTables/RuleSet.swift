/// Rules by number, each stored once: an open-addressing hash table over an array.
struct RuleSet: Sendable {
  private var rules: [UnwindRule] = [.needsFallback]
  /// Numbers by hash; zero is free.
  private var table: [UInt32] = Array(repeating: 0, count: 256)

  /// Hostile input makes no more different rules than this; the rest is handed on.
  static let limit = 1 << 20

  /// The number of `.needsFallback`.
  static let fallback: UInt32 = 0

  /// How many different rules there are.
  var count: Int { rules.count }

  /// The rule with this number, which `number(of:)` gave.
  subscript(number: UInt32) -> UnwindRule { rules[Int(number)] }

  /// The number of a rule, a new one if need be.
  mutating func number(of rule: UnwindRule) -> UInt32 {
    if rule == .needsFallback { return Self.fallback }
    var position = Self.hash(rule) & (table.count - 1)
    // Ends: the table is never full.
    while table[position] != 0 {
      if rules[Int(table[position])] == rule { return table[position] }
      position = (position + 1) & (table.count - 1)
    }
    guard rules.count < Self.limit else { return Self.fallback }
    let number = UInt32(rules.count)
    rules.append(rule)
    table[position] = number
    if rules.count * 2 > table.count { grow() }
    return number
  }

  private mutating func grow() {
    var larger: [UInt32] = Array(repeating: 0, count: table.count * 2)
    for number in 1..<rules.count {
      var position = Self.hash(rules[number]) & (larger.count - 1)
      while larger[position] != 0 { position = (position + 1) & (larger.count - 1) }
      larger[position] = UInt32(number)
    }
    table = larger
  }

  private static func hash(_ rule: UnwindRule) -> Int {
    var hash = rule.head &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ (hash >> 29) ^ rule.slotsLow) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 32) ^ rule.slotsHigh) &* 0x94D0_49BB_1331_11EB
    return Int(truncatingIfNeeded: hash >> 32)
  }

  /// The memory held, in bytes.
  var footprint: Int { rules.capacity * 24 + table.capacity * 4 }
}
