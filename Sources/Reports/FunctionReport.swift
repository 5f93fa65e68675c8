import ProfileModel

/// The functions of a profile by the samples in them.
///
/// A function's self samples are those it was running in; its total samples those where it was on the stack, each
/// counted once however often recursion put it there.
package struct FunctionReport: Sendable {
  /// What functions are sorted by, most first.
  package enum Order: String, Hashable, Sendable, CaseIterable {
    /// Samples in the function itself.
    case `self`
    /// Samples in it and in what it called.
    case total
  }

  /// What to report.
  package struct Options: Hashable, Sendable {
    /// What comes first.
    package var order: Order
    /// The most functions to show; nil for all.
    package var limit: Int?
    /// Whether each line of a function is a row of its own.
    package var byLine: Bool

    /// All functions by self samples.
    package init(order: Order = .self, limit: Int? = nil, byLine: Bool = false) {
      self.order = order
      self.limit = limit
      self.byLine = byLine
    }
  }

  /// A function with its samples.
  package struct Row: Hashable, Sendable {
    /// Which function.
    package var function: ReportedFunction
    /// Samples in it.
    package var own: Int64
    /// Samples in it and in what it called.
    package var total: Int64
  }

  /// Sorted as asked; no more than the limit.
  package let rows: [Row]
  /// How many rows the limit left out.
  package let omitted: Int
  /// How far the figures can be trusted.
  package let trust: TrustSummary
  /// What was asked for.
  package let options: Options

  /// Adds the selected samples up.
  ///
  /// - Complexity: O(stacks + samples + functions · log(functions))
  package init(_ selected: SelectedProfile, _ options: Options = Options()) {
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
