import BinaryReading
import CLinuxPerf
import ProfileModel

/// General registers of a stopped thread, as the kernel has them.
struct RegisterSet {
  /// For unwinding; nil for a 32-bit task's.
  private(set) var user: UserRegisters?
  /// The system call at whose end the thread was stopped; nil when it was in none, or that can't be told.
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

  /// Takes a set apart.
  init(_ bytes: RawSpan, architecture: Architecture) {
    user = UserRegisters(registerSet: bytes, architecture: architecture)
    guard user != nil else { return }
    switch architecture {
    case .x86_64: systemCall = X86_64PtraceRegisters.systemCall(in: bytes)
    case .aarch64: systemCall = nil
    }
  }
}
