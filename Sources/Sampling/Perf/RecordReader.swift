import Processes

/// Reads records from bytes as a sampler reads them from the kernel's ring: for fuzzing and tests.
package struct RecordReader: ~Copyable {
  private let ring: PerfRing
  private var merge = RecordMerge()
  private var delivery: RecordDelivery

  /// A ring of `ringCapacity` bytes, a power of two, whose first record stands at byte `start`.
  package init(ringCapacity: Int, start: UInt64, hasCallChain: Bool) {
    let layout = SampleLayout(hasCallChain: hasCallChain)
    ring = PerfRing(simulatedCapacity: ringCapacity, start: start, layout: layout)
    delivery = RecordDelivery(
      layout: layout, processes: SampledProcesses(isFiltered: false, source: NoProcesses()))
  }

  /// What went wrong so far.
  package var faults: SamplingFaults {
    var faults = SamplingFaults()
    (faults.late, faults.malformed, faults.corruptions) = (
      merge.lateRecords, delivery.malformedRecords, ring.corruptions
    )
    return faults
  }

  /// Writes what the kernel would.
  package func append(_ bytes: [UInt8]) { ring.append(bytes) }

  /// Hands all records over.
  package mutating func read(handler: inout some SamplingHandler & ~Copyable) {
    var delivery = delivery
    merge.drain([ring], until: .max) { type, misc, bytes in
      delivery.deliver(type: type, misc: misc, bytes: bytes, handler: &handler)
    }
    self.delivery = delivery
  }
}
