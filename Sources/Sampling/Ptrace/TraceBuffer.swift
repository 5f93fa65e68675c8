import BinaryReading
import CLinuxPerf
import Glibc
import ProfileModel

/// Memory that a stopped thread's registers and stack are read into.
@safe struct TraceBuffer: ~Copyable {
  private let stack: UnsafeMutableRawPointer
  private let capacity: Int
  private var count = 0
  /// What the thread's program is made for, as last read; nil for one of 32 bits that can't be unwound.
  private(set) var architecture: Architecture? = .host

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

  /// Reads a stopped thread's registers, and its stack from the stack pointer up as far as there is any.
  mutating func read(_ tid: Int32) -> UserRegisters? {
    count = 0
    guard let registers = readRegisters(of: tid), let architecture else { return nil }
    let pointer = registers[UserRegisters.stackPointer(architecture)]
    // SAFETY: at most `capacity` bytes are written. Pages that can't be read end what is read.
    let got = unsafe clp_read_memory(tid, stack, UInt(truncatingIfNeeded: pointer), capacity)
    count = max(0, got)
    return registers
  }

  /// Reads a thread's registers, and says in `architecture` what of: a 32-bit task's set has another length.
  private mutating func readRegisters(of tid: Int32) -> UserRegisters? {
    architecture = .host
    // The largest set is AArch64's.
    let read: (registers: UserRegisters?, size: Int) = unsafe withUnsafeTemporaryAllocation(
      byteCount: 512, alignment: 8
    ) { buffer in
      // SAFETY: the kernel writes at most as many bytes as it's told there are, and returns how many.
      let size = unsafe clp_ptrace_registers(tid, buffer.baseAddress, buffer.count)
      guard size > 0 else { return (nil, 0) }
      let isOwn = size == UserRegisters.registerSetSize(.host)
      guard let architecture = isOwn ? .host : Architecture.host.narrow else { return (nil, size) }
      return unsafe (
        UserRegisters(registerSet: buffer.bytes.extracting(0..<size), architecture: architecture), size
      )
    }
    if read.size > 0, read.size != UserRegisters.registerSetSize(.host) { architecture = Architecture.host.narrow }
    return read.registers
  }
}
