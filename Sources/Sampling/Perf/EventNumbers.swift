import BinaryReading

/// Tells of which event a sample is: by the number that the kernel gave to the event when it was opened, and that those
/// have too which inherit it (`PERF_SAMPLE_ID`).
struct EventNumbers {
  /// What is known of the events beside their numbers, in their order; empty for one whose samples say all.
  var events: [PlannedEvent] = []
  private var numbers: [UInt64: Int] = [:]

  /// Keeps the number of an opened event.
  mutating func add(_ number: UInt64, of event: Int) { numbers[number] = event }

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
