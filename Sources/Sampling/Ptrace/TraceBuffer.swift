import BinaryReading
import CLinuxPerf
import Glibc
import ProfileModel

/// Memory that a stopped thread's registers and stack are read into.
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

  /// Reads a stopped thread's registers, and its stack from the stack pointer up as far as there is any.
  mutating func read(_ tid: Int32) -> UserRegisters? {
    count = 0
    guard let registers = Self.registers(of: tid) else { return nil }
    let pointer = registers[UserRegisters.stackPointer(.host)]
    // SAFETY: at most `capacity` bytes are written. Pages that can't be read end what is read.
    let got = unsafe clp_read_memory(tid, stack, UInt(truncatingIfNeeded: pointer), capacity)
    count = max(0, got)
    return registers
  }

  private static func registers(of tid: Int32) -> UserRegisters? {
    // The largest set is AArch64's.
    unsafe withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { buffer in
      // SAFETY: the kernel writes at most as many bytes as it's told there are, and returns how many.
      let size = unsafe clp_ptrace_registers(tid, buffer.baseAddress, buffer.count)
      guard size > 0 else { return nil }
      return unsafe UserRegisters(registerSet: buffer.bytes.extracting(0..<size), architecture: .host)
    }
  }
}
