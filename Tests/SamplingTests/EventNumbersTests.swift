import BinaryReading
import CLinuxPerf
import Processes
import Testing

@testable import Sampling

/// Samples of several events in one ring.
@Suite struct EventNumbersTests {
  private static let layout = SampleLayout(hasCallChain: true, hasEventNumber: true)

  /// A sample of an event, with a period or without.
  private func sample(event: UInt64, time: UInt64, period: UInt64?) -> [UInt8] {
    var record = RecordBytes(PERF_RECORD_SAMPLE.rawValue)
    record.add(Int32(7), Int32(8), time, event, UInt32(3), UInt32(0))
    if let period { record.add(period) }
    record.add(UInt64(2), UInt64(bitPattern: -128), UInt64(0xFFFF_FFFF_8100_0000))
    record.add(UInt64(0), UInt64(0))
    return record.bytes()
  }

  /// A name with the trailer of such a ring.
  private func comm(time: UInt64) -> [UInt8] {
    var record = RecordBytes(PERF_RECORD_COMM.rawValue)
    record.add(Int32(7), Int32(8))
    record.add(text: "worker")
    record.add(Int32(7), Int32(8), time, UInt64(40), UInt32(0), UInt32(0))
    return record.bytes()
  }

  private struct Events: SamplingHandler {
    var seen: [String] = []
    mutating func sample(_ sample: borrowing RawSample) {
      seen.append("\(sample.event) \(sample.period) @\(sample.time) cpu \(sample.cpu) \(sample.kernelChain.count)")
    }
    mutating func event(_ event: ProcessEvent) {
      // The machine may have a process 7, of which there is more to tell.
      if event.time < 1_000 { seen.append("event @\(event.time)") }
    }
    mutating func lost(_ count: UInt64, time: UInt64) {}
    mutating func throttled(time: UInt64) {}
  }

  private func planned(_ name: String, count: UInt64?) throws -> PlannedEvent {
    var event = try EventCatalog().event(named: name)
    event.count = count
    return PlannedEvent(event)
  }

  @Test func tellsEventsApartByTheirNumbers() throws {
    var numbers = EventNumbers()
    numbers.events = [try planned("page-faults", count: 10), try planned("cpu-clock", count: nil)]
    // One number for each thread and CPU that an event was opened for.
    for (number, event) in [(40, 0), (41, 1), (42, 0), (43, 1)] { numbers.add(UInt64(number), of: event) }
    var delivery = RecordDelivery(
      layout: Self.layout, eventNumbers: numbers,
      processes: SampledProcesses(isFiltered: false, source: NoProcesses()))
    let ring = PerfRing(simulatedCapacity: 4096, start: 4096 - 64, layout: Self.layout)
    ring.append(sample(event: 42, time: 100, period: nil))
    ring.append(comm(time: 150))
    ring.append(sample(event: 41, time: 200, period: 2_004_008))
    ring.append(sample(event: 99, time: 300, period: nil))
    ring.append(sample(event: 43, time: 400, period: 5))
    var events = Events()
    var merge = RecordMerge()
    merge.drain([ring], until: .max) { type, misc, bytes in
      delivery.deliver(type: type, misc: misc, bytes: bytes, handler: &events)
    }
    #expect(
      events.seen == [
        "0 10 @100 cpu 3 1", "event @150", "1 2004008 @200 cpu 3 1", "1 5 @400 cpu 3 1",
      ])
    #expect(delivery.malformedRecords == 1)
    #expect(ring.corruptions == 0)
  }

  @Test func asksForNumbersOnlyWhereThereAreSeveralEvents() throws {
    var plan = PerfPlan(
      events: [try planned("page-faults", count: 1)], isAskedFor: true, excludesKernel: true, frequency: 499,
      dumpBytes: 4096)
    #expect(!plan.layout.hasEventNumber)
    var attributes = plan.attributes(of: plan.events[0], isCarrier: true, isSuspended: false, inherits: true)
    #expect(attributes.sample_period == 1 && attributes.freq == 0)
    // Asked to say its period, the kernel would ignore it.
    #expect(attributes.sample_type & UInt64(PERF_SAMPLE_PERIOD.rawValue) == 0)
    plan.events += [try planned("instructions", count: nil), try planned("context-switches", count: 1)]
    #expect(plan.layout.hasEventNumber)
    attributes = plan.attributes(of: plan.events[1], isCarrier: false, isSuspended: false, inherits: true)
    #expect(attributes.freq == 1 && attributes.sample_freq == 499)
    #expect(attributes.sample_type & UInt64(PERF_SAMPLE_PERIOD.rawValue) != 0)
    #expect(attributes.exclude_kernel == 1)
    #expect(attributes.mmap == 0 && attributes.task == 0)
    // They happen in the kernel only: without it there would be none.
    attributes = plan.attributes(of: plan.events[2], isCarrier: false, isSuspended: false, inherits: true)
    #expect(attributes.exclude_kernel == 0)
  }
}
