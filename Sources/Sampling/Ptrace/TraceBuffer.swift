import CLinuxPerf
import Glibc
import Processes
import ProfileModel

/// Memory that a thread's stack is read into.
@safe struct TraceBuffer: ~Copyable {
  private let stack: UnsafeMutableRawPointer
  private let capacity: Int
  private var count = 0

  init(capacity: Int) {
    unsafe stack = .allocate(byteCount: max(8, capacity), alignment: 8)
    self.capacity = capacity
  }

  deinit { unsafe stack.deallocate() }

  /// The stack's bytes as last read.
  var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: `count` bytes were written by the last read, and the memory lives as long as this value.
      unsafe _overrideLifetime(RawSpan(_unsafeStart: stack, byteCount: count), borrowing: self)
    }
  }

  /// Whether the stack goes on behind what was read, as far as that is known.
  var isFull: Bool { count == capacity }

  /// Forgets what was read.
  mutating func removeAll() { count = 0 }

  /// Reads a thread's stack from the stack pointer up, as far as it lies in pages that are there; all of it, where the
  /// kernel doesn't tell which are.
  ///
  /// - Parameter limit: Bytes behind which lies other memory.
  mutating func read(stackOf tid: Int32, from pointer: UInt64, in pages: PageMap?, limit: Int = .max) {
    let most = min(capacity, max(0, limit))
    let there = pages?.bytesThere(from: pointer, limit: UInt64(most))
    let wanted = there.map(Int.init(truncatingIfNeeded:)) ?? most
    // SAFETY: at most `capacity` bytes are written. Pages that can't be read end what is read.
    let got = wanted > 0 ? unsafe clp_read_memory(tid, stack, UInt(truncatingIfNeeded: pointer), wanted) : 0
    count = max(0, got)
  }
}
