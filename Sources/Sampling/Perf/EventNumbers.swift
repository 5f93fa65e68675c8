import BinaryReading

/// Tells of which event a sample is: by the number that the kernel gave to the event when it was opened, and that those
/// have too which inherit it (`PERF_SAMPLE_ID`).
struct EventNumbers {
  /// What is known of the events beside their numbers, in their order; empty for one whose samples say all.
  var events: [PlannedEvent] = []
  private var numbers: [UInt64: Int] = [:]
  /// Those of the events of `PlannedEvent.wakes`, which are no part of a plan.
  private var wakes: Set<UInt64> = []

  /// Keeps the number of an opened event.
  mutating func add(_ number: UInt64, of event: Int) { numbers[number] = event }

  /// Whether samples of an event are switches.
  func isSwitch(_ event: Int) -> Bool { event < events.count && events[event] == .switches }

  /// Keeps the number of an event whose samples are of wakers.
  mutating func addWakes(_ number: UInt64) { wakes.insert(number) }

  /// Whether a sample is of a waker.
  func isWake(_ sample: RawSpan) throws(BinaryReadingError) -> Bool {
    guard !wakes.isEmpty else { return false }
    return wakes.contains(try sample.load(at: SampleLayout.eventNumberOffset))
  }

  /// Which event a sample is of, and what it stands for where it doesn't say.
  ///
  /// Nil for a number that no event has.
  func event(of sample: RawSpan, layout: SampleLayout) throws(BinaryReadingError) -> (index: Int, period: UInt64?)? {
    guard !events.isEmpty else { return (0, nil) }
    var index = 0
    if layout.hasEventNumber {
      let number: UInt64 = try sample.load(at: SampleLayout.eventNumberOffset)
      guard let known = numbers[number] else { return nil }
      index = known
    }
    return (index, events[index].fixedPeriod)
  }

  /// Whether a program that copies memory runs at the samples of an event.
  func hasPages(_ event: Int) -> Bool { events.isEmpty || events[event].takesProgram }
}
