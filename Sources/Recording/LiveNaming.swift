import RecordingFormat

/// Chooses the frames to name while sampling goes on, of a view that shows them: only those that are new, and no more often
/// than a small share of one CPU allows.
///
/// Naming costs by the module, whose symbols are read, and hardly by the address; so what comes in between waits, and is
/// named together. What waited longest in proportion to its cost is next, so that what is cheap is named soon, and what is
/// dear when enough has come together. What is spent too much at once is waited for afterwards: all of it together keeps to
/// the share, however many modules there are.
struct LiveNaming {
  /// A module's addresses, ascending.
  typealias Due = (module: UInt32, addresses: [UInt64])

  /// Frames of the recording that were looked at.
  private var rows = 0
  private var pending: [UInt32: [UInt64]] = [:]
  /// Modules with addresses to name, in the order in which they came.
  private var line: [UInt32] = []
  /// What naming a module took last, in nanoseconds.
  private var costs: [UInt32: UInt64] = [:]
  /// What naming those takes that are being named, as was thought.
  private var expected: [UInt32: UInt64] = [:]
  /// When it was last named.
  private var namedAt: [UInt32: UInt64] = [:]
  /// Time that may be spent; below zero, what was spent in advance.
  private var credit: Int64
  private var creditedUntil: UInt64

  /// One nanosecond of CPU time in so many may go into naming.
  private static let share: UInt64 = 250
  /// What may be spent on what there is at the beginning, and is saved up at most.
  private static let mostCredit: Int64 = 500_000_000
  /// Modules that were never named don't wait for credit until so much is owed.
  private static let mostDebt: Int64 = 500_000_000
  /// What a module that was never named is thought to cost.
  private static let firstCost: UInt64 = 5_000_000

  /// Nothing to name; `now` is the time as `takeDue` takes it.
  init(now: UInt64) { (credit, creditedUntil) = (Self.mostCredit, now) }

  /// Looks at the frames that came since the last time.
  mutating func add(_ frames: FrameRows) {
    for row in min(rows, frames.count)..<frames.count where frames.modules[row] > 0 {
      let module = frames.modules[row] - 1
      if pending[module] == nil { line.append(module) }
      pending[module, default: []].append(frames.addresses[row])
    }
    rows = frames.count
  }

  /// Takes down what naming took, in CPU time: that of modules that leave counts as well.
  mutating func note(costs: [UInt32: UInt64]) {
    for (module, cost) in costs {
      // What was expected of it was taken when it was due.
      credit += Int64(clamping: expected.removeValue(forKey: module) ?? 0) - Int64(clamping: cost)
      self.costs[module] = cost
    }
  }

  /// What is to be named now, the most urgent first: modules that never were, and of the others as many as there is time for.
  mutating func takeDue(now: UInt64) -> [Due] {
    let earned = (now &- min(now, creditedUntil)) / Self.share
    credit = min(Self.mostCredit, credit + Int64(clamping: min(earned, UInt64(Self.mostCredit) * 2)))
    creditedUntil = max(now, creditedUntil)
    func urgency(_ module: UInt32) -> Double {
      guard let cost = costs[module] else { return .infinity }
      return Double(now &- min(now, namedAt[module] ?? 0)) / Double(max(1, cost))
    }
    let order = line.enumerated().map { (urgency: urgency($1), place: $0, module: $1) }
      .sorted { ($1.urgency, $0.place) < ($0.urgency, $1.place) }
    var due: [Due] = []
    var rest: [UInt32] = []
    for (_, _, module) in order {
      guard credit > (costs[module] == nil ? -Self.mostDebt : 0) else {
        rest.append(module)
        continue
      }
      let cost = costs[module] ?? Self.firstCost
      credit -= Int64(clamping: cost)
      expected[module] = cost
      namedAt[module] = now
      due.append((module, Array(Set(pending.removeValue(forKey: module) ?? [])).sorted()))
    }
    line = rest
    return due
  }
}
