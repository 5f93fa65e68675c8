import ProfileModel

/// The functions of a profile by the samples in them.
///
/// A function's self samples are those it was running in; its total samples those where it was on the stack, each
/// counted once however often recursion put it there.
public struct FunctionReport: Sendable {
  /// What functions are sorted by, most first.
  public enum Order: String, Hashable, Sendable, CaseIterable {
    /// Samples in the function itself.
    case `self`
    /// Samples in it and in what it called.
    case total
  }

  /// What to report.
  public struct Options: Hashable, Sendable {
    /// What comes first.
    public var order: Order
    /// The most functions to show; nil for all.
    public var limit: Int?
    /// Whether each line of a function is a row of its own.
    public var byLine: Bool

    /// All functions by self samples.
    public init(order: Order = .self, limit: Int? = nil, byLine: Bool = false) {
      self.order = order
      self.limit = limit
      self.byLine = byLine
    }
  }

  /// A function with its samples.
  public struct Row: Hashable, Sendable {
    /// Which function.
    public var function: ReportedFunction
    /// Samples in it.
    public var own: Int64
    /// Samples in it and in what it called.
    public var total: Int64
  }

  /// Sorted as asked; no more than the limit.
  public let rows: [Row]
  /// How many rows the limit left out.
  public let omitted: Int
  /// How far the figures can be trusted.
  public let trust: TrustSummary
  /// What was asked for.
  public let options: Options

  /// Adds the selected samples up.
  ///
  /// - Complexity: O(stacks + samples + functions · log(functions))
  public init(_ selected: SelectedProfile, _ options: Options = Options()) {
    self.options = options
    trust = TrustSummary(selected)
    let index = FunctionIndex(selected.profile, byLine: options.byLine)
    let weights = index.grouping(of: selected.profile.stacks).weights(of: selected.samples)
    var rows: [Row] = []
    for (group, function) in index.functions.enumerated() where weights.total[group] > 0 {
      rows.append(Row(function: function, own: weights.own[group], total: weights.total[group]))
    }
    rows.sort { left, right in
      let (first, second) = (Self.rank(left, options.order), Self.rank(right, options.order))
      return first == second ? ReportedFunction.precedes(left.function, right.function) : first > second
    }
    let shown = min(rows.count, max(0, options.limit ?? rows.count))
    omitted = rows.count - shown
    self.rows = Array(rows.prefix(shown))
  }

  private static func rank(_ row: Row, _ order: Order) -> (Int64, Int64) {
    order == .self ? (row.own, row.total) : (row.total, row.own)
  }
}
