/// A rule and the addresses it holds for.
public struct UnwindRow: Hashable, Sendable {
  /// The stated addresses, from the first instruction on that the rule is true of.
  public var range: Range<UInt64>
  /// How to get to the caller from there.
  public var rule: UnwindRule

  /// A row for the stated addresses of `range`.
  @inlinable
  public init(range: Range<UInt64>, rule: UnwindRule) {
    self.range = range
    self.rule = rule
  }
}

/// What a table knows about an address.
public enum UnwindRowLookup: Hashable, Sendable {
  /// The rule to apply.
  case row(UnwindRow)
  /// There is unwind information, but it has no compact form (or is malformed): ask another unwinder.
  case needsFallback
  /// No unwind information covers the address.
  case none
}
