import BinaryReading
import CLinuxPerf
import Glibc
import Processes

/// One CPU's ring of records, which the kernel fills and one thread empties.
///
///     data:  ┌────────────┬──────────────────────────────┬──────────┐
///            │   free     │ records, oldest first        │  free    │
///            └────────────┴──────────────────────────────┴──────────┘
///                         tail                           head          both count bytes since the ring was made
///
/// The kernel writes only from `head` to `tail`, and moves `head` (release) when a record is complete; we read only
/// from `tail` to a `head` loaded before (acquire), and move `tail` (release) when done with a record. A record may be
/// split by the end of the memory: only then it's copied, so that readers see one span in any case.
///
/// It's a class since an array must hold many, each of which must be unmapped once.
@safe final class PerfRing {
  /// Bytes for records; a power of two.
  let capacity: Int
  /// The event whose ring it is, to poll; -1 in tests.
  let descriptor: Int32
  /// Time of the oldest record in `tail..<head`; the largest number when there is none.
  private(set) var nextTime: UInt64 = .max
  /// Times at which the ring held something that can't be a record; its whole content is passed over then.
  private(set) var corruptions: UInt64 = 0
  /// Records that tell of others, for which there was no room.
  private(set) var losses: UInt64 = 0

  private let layout: SampleLayout
  private let memory: UnsafeMutableRawPointer
  private let isMapped: Bool
  /// Where the split record is put together; as long as the longest record.
  private let scratch: UnsafeMutableRawPointer
  private var head: UInt64 = 0
  private var tail: UInt64 = 0
  private var nextType: UInt32 = 0
  private var nextMisc: UInt16 = 0
  private var nextSize = 0

  /// The control page before the data, as large as any kernel's page.
  private static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
  private static let largestRecord = 1 << 16

  /// Maps the ring of a perf event; `capacity` is a power of two and a multiple of the page size. The descriptor stays
  /// the caller's.
  init(event descriptor: Int32, capacity: Int, layout: SampleLayout) throws(SystemCallError) {
    // SAFETY: a new mapping, which nobody else knows of; unmapped in deinit.
    let mapped = unsafe mmap(
      nil, Self.pageSize + capacity, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { throw SystemCallError(number: errno) }
    unsafe memory = mapped
    unsafe scratch = .allocate(byteCount: Self.largestRecord, alignment: 8)
    self.descriptor = descriptor
    self.capacity = capacity
    self.layout = layout
    isMapped = true
  }

  /// A ring in plain memory for tests, which write its records with `append(_:)`; it begins at byte `start`.
  init(
    simulatedCapacity capacity: Int, start: UInt64 = 0, layout: SampleLayout = SampleLayout(hasCallChain: false)
  ) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a ring's size is a power of two")
    // SAFETY: fresh memory of the size that a mapped ring has, freed in deinit.
    unsafe memory = .allocate(byteCount: Self.pageSize + capacity, alignment: Self.pageSize)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.pageSize + capacity)
    unsafe scratch = .allocate(byteCount: Self.largestRecord, alignment: 8)
    descriptor = -1
    self.capacity = capacity
    self.layout = layout
    isMapped = false
    head = start
    tail = start
    simulatedHead = start
    // SAFETY: the control page is larger than its fields.
    unsafe clp_ring_set_tail(memory, start)
    unsafe memory.storeBytes(of: start, toByteOffset: 1024, as: UInt64.self)
  }

  deinit {
    unsafe scratch.deallocate()
    if isMapped {
      // SAFETY: mapped with this size by init.
      unsafe munmap(memory, Self.pageSize + capacity)
    } else {
      // SAFETY: allocated by init.
      unsafe memory.deallocate()
    }
  }

  /// Bytes of records that are known and not yet consumed.
  var pendingBytes: Int { Int(head &- tail) }

  /// Looks for records that the kernel wrote since the last call.
  func refresh() {
    // SAFETY: the mapping begins with the control page.
    let newHead = unsafe clp_ring_head(memory)
    guard newHead != head else { return }
    let isEmpty = head == tail
    head = newHead
    guard head >= tail, head - tail <= UInt64(capacity) else { return discard() }
    if isEmpty { prepareNext() }
  }

  /// Hands the oldest record to `body` and then gives its room back to the kernel. There must be one.
  func consume(_ body: (_ type: UInt32, _ misc: UInt16, _ bytes: RawSpan) -> Void) {
    guard nextTime != .max || nextSize != 0 else { return }
    if nextType == PERF_RECORD_LOST.rawValue { losses += 1 }
    withBytes(at: tail, count: nextSize) { body(nextType, nextMisc, $0) }
    tail &+= UInt64(nextSize)
    // SAFETY: the mapping begins with the control page; nothing before `tail` is read from here on.
    unsafe clp_ring_set_tail(memory, tail)
    prepareNext()
  }

  /// Shows every known record, oldest first, and leaves them where they are.
  func forEachPending(_ body: (_ type: UInt32, _ misc: UInt16, _ bytes: RawSpan) -> Void) {
    var position = tail
    while let header = header(at: position) {
      withBytes(at: position, count: header.size) { body(header.type, header.misc, $0) }
      position &+= UInt64(header.size)
    }
  }

  /// Reads what stands at `tail`, so that rings can be compared by their oldest record.
  private func prepareNext() {
    guard head != tail else {
      nextTime = .max
      nextSize = 0
      return
    }
    guard let header = header(at: tail) else { return discard() }
    nextType = header.type
    nextMisc = header.misc
    nextSize = header.size
    nextTime = load(at: tail &+ UInt64(layout.timeOffset(type: header.type, size: header.size)))
  }

  /// The header at a position, if a whole record is there.
  private func header(at position: UInt64) -> (type: UInt32, misc: UInt16, size: Int)? {
    guard head &- position >= 8 else { return nil }
    let word: UInt64 = load(at: position)
    let size = Int(word >> 48)
    guard size >= 8 + layout.trailerSize, UInt64(size) <= head &- position else {
      return nil
    }
    return (UInt32(truncatingIfNeeded: word), UInt16(truncatingIfNeeded: word >> 32), size)
  }

  /// Gives up what can't be understood: without a size there is no way to the next record.
  private func discard() {
    corruptions += 1
    tail = head
    nextTime = .max
    nextSize = 0
    // SAFETY: the mapping begins with the control page.
    unsafe clp_ring_set_tail(memory, tail)
  }

  /// Eight bytes.
  ///
  /// Records are multiples of 8 long, but for samples whose dump ends with the address space: the kernel cuts that off
  /// where the stack pointer says, which in 32-bit code is a multiple of 4 (`perf_sample_ustack_size`).
  private func load(at position: UInt64) -> UInt64 {
    let offset = Int(truncatingIfNeeded: position) & (capacity - 1)
    if offset & 7 == 0 {
      // SAFETY: the mask keeps the offset inside the data, and 8 bytes from any multiple of 8 too.
      return unsafe memory.load(fromByteOffset: Self.pageSize + offset, as: UInt64.self).littleEndian
    }
    var value: UInt64 = 0
    for index in 0..<8 {
      let place = Self.pageSize + (offset + index) & (capacity - 1)
      // SAFETY: the mask keeps the place inside the data.
      value |= UInt64(unsafe memory.load(fromByteOffset: place, as: UInt8.self)) << UInt64(8 * index)
    }
    return value
  }

  private func withBytes(at position: UInt64, count: Int, _ body: (RawSpan) -> Void) {
    let offset = Int(truncatingIfNeeded: position) & (capacity - 1)
    // SAFETY: data follows the control page, `capacity` bytes of it.
    let data = unsafe memory + Self.pageSize
    // What is read as numbers begins at a multiple of 8.
    guard offset + count > capacity || offset & 7 != 0 else {
      // SAFETY: `offset + count` lies inside the data, and the kernel leaves it alone until `tail` moves, after `body`.
      return unsafe body(RawSpan(_unsafeStart: data + offset, byteCount: count))
    }
    let first = min(count, capacity - offset)
    // SAFETY: a record's size has 16 bits, so that it fits the scratch memory; both parts lie inside the data.
    unsafe scratch.copyMemory(from: data + offset, byteCount: first)
    unsafe (scratch + first).copyMemory(from: data, byteCount: count - first)
    unsafe body(RawSpan(_unsafeStart: scratch, byteCount: count))
  }

  // MARK: Simulation

  private var simulatedHead: UInt64 = 0

  /// Writes bytes at the simulated kernel's head, around the end if need be.
  func append(_ bytes: [UInt8]) {
    precondition(!isMapped && bytes.count <= capacity, "only for rings in plain memory")
    for byte in bytes {
      let offset = Int(truncatingIfNeeded: simulatedHead) & (capacity - 1)
      // SAFETY: the mask keeps the offset inside the data.
      unsafe memory.storeBytes(of: byte, toByteOffset: Self.pageSize + offset, as: UInt8.self)
      simulatedHead &+= 1
    }
    // SAFETY: `data_head` lies in the control page.
    unsafe memory.storeBytes(of: simulatedHead, toByteOffset: 1024, as: UInt64.self)
  }

  /// What the simulated kernel reads as the reader's position.
  var publishedTail: UInt64 {
    // SAFETY: `data_tail` lies in the control page.
    unsafe memory.load(fromByteOffset: 1032, as: UInt64.self)
  }
}
