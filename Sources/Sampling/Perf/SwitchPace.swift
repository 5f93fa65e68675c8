import CLinuxPerf
import Glibc
import Processes

/// How many switches there are to a sample: each is one where there are few, and every Nth where there are many.
///
/// A record of each switch takes the target longer than the switch itself, which at 10,000 a second is a hundredth of a
/// processor's time, and at 400,000 would be a third. One of another process costs less, where a program drops its sample
/// before it is made, but not nothing: a few times as many are too many as well. Where only every Nth makes a sample there
/// are no records of when threads go on, either; what they waited is told by their own clocks then.
struct SwitchPace {
  /// Switches for each sample.
  private(set) var interval: UInt64 = 1
  private var count: UInt64
  private var since: UInt64
  private var delivered: UInt64 = 0
  private let samples: [Int32]
  private let records: [Int32]
  /// Whether whoever wakes a thread is sampled as well.
  private let isDouble: Bool

  /// Switches a second and processor beyond which not each is a sample, and below which each is again.
  private static let (most, few): (Double, Double) = (8_000, 3_000)
  /// How much less a switch of another process counts.
  private static let otherShare = 0.25
  /// Samples a second and processor where not each switch is one.
  private static let sampleRate = 1_000.0
  /// How long is counted before something changes.
  private static let span: UInt64 = 50_000_000

  /// A pace of one for each switch.
  ///
  /// - Parameters:
  ///   - samples: The events whose samples are switches, one for each processor; they count all.
  ///   - records: The events that record each switch.
  ///   - isDouble: Whether there is a second sample to each, of its end.
  init(samples: [Int32], records: [Int32], isDouble: Bool = false) {
    self.samples = samples
    self.records = records
    self.isDouble = isDouble
    count = Self.total(samples)
    since = MachineClock.monotonic
  }

  /// Counts, and changes the events where need be; true when that was so.
  ///
  /// - Parameter delivered: Samples of the targets' switches so far, where a program drops others'.
  mutating func adapt(delivered: UInt64? = nil) -> Bool {
    let now = MachineClock.monotonic
    guard !samples.isEmpty, now &- since >= Self.span else { return false }
    let total = Self.total(samples)
    let perProcessor = 1 / (Double(now &- since) / 1e9) / Double(samples.count)
    let all = Double(total &- count) * perProcessor
    let own = delivered.map { min(all, Double(($0 &- self.delivered) &* interval) * perProcessor) } ?? all
    (count, since, self.delivered) = (total, now, delivered ?? 0)
    let rate = max(own * (isDouble ? 2 : 1), all * Self.otherShare)
    let wanted: UInt64
    if rate > Self.most {
      wanted = Self.powerOfTwo(rate / Self.sampleRate)
      // Not for every breath.
      if interval > 1, wanted == interval || wanted * 2 == interval || interval * 2 == wanted { return false }
    } else if rate < Self.few || interval == 1 {
      wanted = 1
    } else {
      return false
    }
    guard wanted != interval else { return false }
    for event in samples where clp_perf_set_period(event, wanted) != 0 { return false }
    for event in records {
      if wanted == 1 { _ = clp_perf_enable(event) } else if interval == 1 { _ = clp_perf_disable(event) }
    }
    interval = wanted
    return true
  }

  private static func powerOfTwo(_ value: Double) -> UInt64 {
    var power: UInt64 = 2
    while Double(power) < value, power < 1 << 20 { power *= 2 }
    return power
  }

  /// What the events have counted.
  private static func total(_ events: [Int32]) -> UInt64 {
    events.reduce(0) { sum, event in
      var value: UInt64 = 0
      // SAFETY: eight bytes are written to `value`.
      return unsafe read(event, &value, 8) == 8 ? sum &+ value : sum
    }
  }
}
