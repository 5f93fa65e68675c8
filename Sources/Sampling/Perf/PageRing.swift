import CLinuxPerf
import Glibc

/// One CPU's ring of copied pages, which a `StackProgram` fills and one thread empties.
///
///     ┌──────────────┬──────────────┬─ … ─┬─ … ─┐      record:  u32 length and flags, u32
///     │ consumer, rw │ producer, ro │ data│ data│               0 stack pointer    8 thread, process
///     └──────────────┴──────────────┴─ … ─┴─ … ─┘              16 time            24 address
///       a page         a page        mapped twice              32 the page's bytes
///
/// The data is mapped twice in a row, so that no record is ever split. (`Documentation/bpf/ringbuf.rst`.)
@safe final class PageRing {
  /// A copied page.
  struct Record {
    var stackPointer: UInt64
    var tid: Int32
    var time: UInt64
    var address: UInt64
    /// Where it lies among all that the ring ever held.
    var position: UInt64
  }

  /// Bytes from the beginning of a page to that of the next, where records follow one another.
  static let stride = StackProgram.recordSize + 8

  /// The BPF map; readable as long as there is a record.
  let descriptor: Int32
  private let capacity: Int
  private let consumer: UnsafeMutableRawPointer
  private let producer: UnsafeMutableRawPointer
  private var head: UInt64 = 0
  private var tail: UInt64 = 0

  private static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
  private static let isBusy: UInt32 = 1 << 31
  private static let isDiscarded: UInt32 = 1 << 30

  /// Makes a ring of `capacity` bytes, a power of two; nil where there is no memory for it.
  init?(capacity: Int) {
    let descriptor = clp_bpf_create_map(clp_bpf_ring, 0, 0, UInt32(clamping: capacity), 0)
    guard descriptor >= 0 else { return nil }
    // SAFETY: two new mappings, which nobody else knows of; unmapped in deinit.
    let first = unsafe mmap(nil, Self.pageSize, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    let rest = unsafe mmap(
      nil, Self.pageSize + 2 * capacity, PROT_READ, MAP_SHARED, descriptor, off_t(Self.pageSize))
    guard let first = unsafe first, let rest = unsafe rest, unsafe first != MAP_FAILED, unsafe rest != MAP_FAILED else {
      if let first = unsafe first, unsafe first != MAP_FAILED { unsafe munmap(first, Self.pageSize) }
      if let rest = unsafe rest, unsafe rest != MAP_FAILED { unsafe munmap(rest, Self.pageSize + 2 * capacity) }
      close(descriptor)
      return nil
    }
    unsafe (consumer, producer) = (first, rest)
    self.descriptor = descriptor
    self.capacity = capacity
  }

  deinit {
    // SAFETY: mapped with these sizes by init.
    unsafe munmap(consumer, Self.pageSize)
    unsafe munmap(producer, Self.pageSize + 2 * capacity)
    close(descriptor)
  }

  /// The oldest page, which stays; nil for none.
  func next() -> Record? {
    while true {
      if tail == head {
        // SAFETY: the mapping begins with the producer's position.
        head = unsafe clp_load_acquire(producer)
        guard head > tail, head - tail <= UInt64(capacity) else {
          tail = head
          return nil
        }
      }
      let place = unsafe data(at: tail)
      // SAFETY: a record's head never lies past the second mapping of the data.
      let length = unsafe UInt32(truncatingIfNeeded: clp_load_acquire(place))
      guard length & Self.isBusy == 0 else { return nil }
      if length & Self.isDiscarded != 0 || length != UInt32(StackProgram.recordSize) {
        pass(Int(length & ~Self.isDiscarded))
        continue
      }
      // SAFETY: the record is `recordSize` bytes long, behind its head of eight.
      return unsafe Record(
        stackPointer: place.load(fromByteOffset: 8, as: UInt64.self),
        tid: Int32(truncatingIfNeeded: place.load(fromByteOffset: 16, as: UInt64.self)),
        time: place.load(fromByteOffset: 24, as: UInt64.self), address: place.load(fromByteOffset: 32, as: UInt64.self),
        position: tail)
    }
  }

  /// Passes over all that is there, records of a word each, and hands these on.
  func drainWords(_ body: (UInt64) -> Void) {
    // SAFETY: the mapping begins with the producer's position.
    head = unsafe clp_load_acquire(producer)
    guard head > tail, head - tail <= UInt64(capacity) else {
      tail = head
      return
    }
    while tail < head {
      let place = unsafe data(at: tail)
      // SAFETY: a record's head never lies past the second mapping of the data.
      let length = unsafe UInt32(truncatingIfNeeded: clp_load_acquire(place))
      guard length & Self.isBusy == 0 else { return }
      // SAFETY: the record is eight bytes long, behind its head of eight.
      if length == 8 { body(unsafe place.load(fromByteOffset: 8, as: UInt64.self)) }
      skip(Int(length & ~Self.isDiscarded))
    }
  }

  /// The bytes of `count` pages, `stride` apart, of which the first is that of a record at a position and the others follow
  /// it. They stay what they are until `release`.
  func bytes(at position: UInt64, count: Int) -> UnsafeRawBufferPointer {
    // SAFETY: the caller has been given these records, which lie in a row: the data is mapped twice.
    unsafe UnsafeRawBufferPointer(start: data(at: position) + 40, count: max(0, (count - 1) * Self.stride + 4_096))
  }

  /// Passes over the oldest page, which `next` has returned.
  func advance() { pass(StackProgram.recordSize) }

  /// Gives the room of all that was passed over back to the kernel.
  func release() {
    // SAFETY: the mapping begins with the consumer's position; nothing before `tail` is read from here on.
    unsafe clp_store_release(consumer, tail)
  }

  private func skip(_ length: Int) {
    pass(length)
    release()
  }

  private func pass(_ length: Int) {
    tail &+= UInt64((length + 8 + 7) & ~7)
    if tail > head { tail = head }
  }

  private func data(at position: UInt64) -> UnsafeMutableRawPointer {
    // SAFETY: the mask keeps the offset inside the data, which follow the producer's page.
    unsafe producer + Self.pageSize + (Int(truncatingIfNeeded: position) & (capacity - 1))
  }
}
