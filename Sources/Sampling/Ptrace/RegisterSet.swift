import BinaryReading
import CLinuxPerf
import ProfileModel

/// General registers of a stopped thread, as the kernel has them.
struct RegisterSet {
  /// What the thread's program is made for; nil for one of 32 bits that can't be unwound.
  private(set) var architecture: Architecture?
  /// For unwinding, of that architecture; nil where there is none.
  private(set) var user: UserRegisters?
  /// The system call at whose end the thread was stopped; nil when it was in none, or that can't be told, as of a 32-bit
  /// task, whose calls have other numbers.
  private(set) var systemCall: SystemCall?

  /// Reads a stopped thread's; nil when it's gone.
  init?(of tid: Int32) {
    // The largest set is AArch64's.
    let set = unsafe withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { buffer -> RegisterSet? in
      // SAFETY: the kernel writes at most as many bytes as it's told there are, and returns how many.
      let size = unsafe clp_ptrace_registers(tid, buffer.baseAddress, buffer.count)
      guard size > 0 else { return nil }
      return unsafe RegisterSet(buffer.bytes.extracting(0..<size), architecture: .host)
    }
    guard let set else { return nil }
    self = set
  }

  /// Takes a set apart, as a kernel for `native` gives it: a 32-bit task's has another length.
  init(_ bytes: RawSpan, architecture native: Architecture) {
    architecture = bytes.byteCount == UserRegisters.registerSetSize(native) ? native : native.narrow
    guard let architecture else { return }
    user = UserRegisters(registerSet: bytes, architecture: architecture)
    guard user != nil else { return }
    switch architecture {
    case .x86_64: systemCall = X86_64PtraceRegisters.systemCall(in: bytes)
    case .aarch64, .i386: systemCall = nil
    }
  }
}
