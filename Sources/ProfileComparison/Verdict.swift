/// What can be said of a change.
package enum Verdict: String, Hashable, Sendable, CaseIterable {
  /// More, beyond chance and beyond the tolerance.
  case slower
  /// Less, beyond chance and beyond the tolerance.
  case faster
  /// A change larger than the tolerance is ruled out, or what others changed explains this one.
  case unchanged
  /// Neither a change nor that there is none can be told.
  case cannotTell = "cannot-tell"
  /// The cost went to another function, or came from one; together they cost what they did.
  case moved
}

/// How an amount of something differs between two sides, and what can be said of that.
package struct Change: Hashable, Sendable {
  /// The earlier side: a share of everything, or CPU seconds a second or for a unit of work.
  package var before = 0.0
  /// The later side.
  package var after = 0.0
  /// The lower end of the 95 % interval of `difference`.
  package var low = 0.0
  /// The upper end of it.
  package var high = 0.0
  /// The probability that anything at all seems to change as much when nothing changed.
  package var probability = 1.0
  /// The smallest change that would have been called one four times of five; nil where none could.
  package var visible: Double?
  /// What can be said.
  package var verdict = Verdict.cannotTell
  /// Whether it is larger than chance makes any change, whatever the tolerance.
  package var isSignificant = false
  /// Whether it is what is left when others take more, or less, of everything.
  package var isDiluted = false
  /// Observations on both sides.
  package var observations = (before: 0.0, after: 0.0)
  /// 95 % interval of `after / before`; nil where nothing was before.
  package var ratio: (estimate: Double, margin: Double)?

  /// `after` less `before`.
  package var difference: Double { after - before }
  /// Half of the interval.
  package var margin: Double { (high - low) / 2 }

  package static func == (left: Change, right: Change) -> Bool {
    left.before == right.before && left.after == right.after && left.low == right.low && left.high == right.high
      && left.verdict == right.verdict
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(before)
    hasher.combine(after)
    hasher.combine(verdict)
  }
}
