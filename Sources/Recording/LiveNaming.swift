import RecordingFormat

/// Chooses the frames to name while sampling goes on, of a view that shows them: only those that are new, and a module that
/// was named before only as often as a small share of one CPU allows.
///
/// Naming costs by the module, whose symbols are read, and hardly by the address; so what comes in between waits, and is
/// named together. What is cheap is named soon, and what is dear when it has waited for long in proportion.
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
  /// When it was last named.
  private var namedAt: [UInt32: UInt64] = [:]
  /// Time that may be spent on modules that were named before.
  private var credit: UInt64 = 0
  private var creditedUntil: UInt64

  /// One nanosecond of CPU time in so many may go into naming modules again.
  private static let share: UInt64 = 250
  /// A module that waited so many times as long as it takes is named whatever else was.
  private static let ownShare: UInt64 = 300
  /// Credit does not grow past this.
  private static let mostCredit: UInt64 = 2_000_000_000

  /// Nothing to name; `now` is the time as `takeDue` takes it.
  init(now: UInt64) { creditedUntil = now }

  /// Looks at the frames that came since the last time.
  mutating func add(_ frames: FrameRows) {
    for row in min(rows, frames.count)..<frames.count where frames.modules[row] > 0 {
      let module = frames.modules[row] - 1
      if pending[module] == nil { line.append(module) }
      pending[module, default: []].append(frames.addresses[row])
    }
    rows = frames.count
  }

  /// Takes down what naming took.
  mutating func note(costs: [UInt32: UInt64]) {
    for (module, cost) in costs {
      self.costs[module] = cost
      credit -= min(credit, cost)
    }
  }

  /// What is to be named now: all of modules that never were, and of the others as many as there is time for.
  mutating func takeDue(now: UInt64) -> [Due] {
    credit = min(Self.mostCredit, credit + (now &- min(now, creditedUntil)) / Self.share)
    creditedUntil = now
    var due: [Due] = []
    var rest: [UInt32] = []
    var left = credit
    for module in line {
      if let cost = costs[module] {
        let waited = now &- min(now, namedAt[module] ?? 0)
        // What is dear waits for its own share of time, and holds up nobody.
        guard cost <= left || waited / Self.ownShare >= cost else {
          rest.append(module)
          continue
        }
        left -= min(left, cost)
      }
      namedAt[module] = now
      due.append((module, Array(Set(pending.removeValue(forKey: module) ?? [])).sorted()))
    }
    line = rest
    return due
  }
}
