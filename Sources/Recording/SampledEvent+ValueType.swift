import ProfileModel
import Sampling

extension SampledEvent {
  /// What its samples carry amounts of, where clocks strike at a frequency.
  func valueType(frequency: UInt32) -> ValueType {
    switch measure {
    case .cpuTime:
      ValueType(name: name, unit: .nanoseconds, period: 1_000_000_000 / Int64(max(1, frequency)))
    case .hardware, .occurrences:
      ValueType(name: name, unit: .count, period: count.flatMap { Int64(exactly: $0) }, isCount: count == 1)
    }
  }
}

extension SamplerDescription {
  /// Whether samples are taken at a frequency, and not by what happens, of which it may be the limit.
  var hasFrequency: Bool {
    waits == .wall || waits == .none && hasFrequentEvent
  }

  private var hasFrequentEvent: Bool {
    events.isEmpty || events.contains { $0.measure == .cpuTime || $0.measure == .hardware && $0.count == nil }
  }
}
