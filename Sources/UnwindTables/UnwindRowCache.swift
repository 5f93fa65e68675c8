/// A direct-mapped cache from addresses to rules, to be put in front of the tables of all modules.
///
/// A hit costs one cache line; nothing is ever allocated after `init`. Rules of the kinds `.needsFallback` and
/// `.uncovered` are cached as well. The owner must call `removeAll()` when a key changes its meaning.
public struct UnwindRowCache: Sendable {
  @usableFromInline
  struct Entry: Sendable, BitwiseCopyable {
    @usableFromInline var key: UInt64
    @usableFromInline var rule: UnwindRule

    @inlinable
    init(key: UInt64, rule: UnwindRule) {
      self.key = key
      self.rule = rule
    }
  }

  @usableFromInline var entries: [Entry]
  @usableFromInline let shift: UInt64

  /// A cache of 2^exponent entries of 32 bytes; the exponent is clamped to 4...24.
  public init(exponent: Int = 15) {
    let exponent = min(max(exponent, 4), 24)
    shift = UInt64(64 - exponent)
    entries = Array(repeating: Entry(key: ~0, rule: .uncovered), count: 1 << exponent)
  }

  /// The key for a stated address in a module, nil where one word can't hold both (2^20 modules, addresses below 2^44).
  @inlinable
  public static func key(module: UInt32, address: UInt64) -> UInt64? {
    guard module < 0xF_FFFF, address < 1 << 44 else { return nil }
    return UInt64(module) << 44 | address
  }

  @inlinable func position(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> shift)
  }

  /// The rule stored for `key`, which may be any number but `UInt64.max`.
  @inlinable
  public func rule(forKey key: UInt64) -> UnwindRule? {
    let entry = entries[position(key)]
    return entry.key == key ? entry.rule : nil
  }

  /// Stores the rule for `key` in place of whatever had its entry.
  @inlinable
  public mutating func insert(_ rule: UnwindRule, forKey key: UInt64) {
    entries[position(key)] = Entry(key: key, rule: rule)
  }

  /// Forgets everything.
  public mutating func removeAll() {
    for index in entries.indices { entries[index].key = ~0 }
  }
}
