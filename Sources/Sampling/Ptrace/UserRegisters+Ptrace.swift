import BinaryReading
import ProfileModel

extension UserRegisters {
  /// The registers in a set as PTRACE_GETREGSET gives it; nil for a 32-bit task's, which has another length.
  init?(registerSet bytes: RawSpan, architecture: Architecture) {
    self.init()
    let size = architecture == .x86_64 ? X86_64PtraceRegisters.byteCount : AArch64PtraceRegisters.byteCount
    guard bytes.byteCount == size else { return nil }
    switch architecture {
    case .x86_64:
      for position in 0..<X86_64PtraceRegisters.dwarfNumbers.count {
        let number = Int(X86_64PtraceRegisters.dwarfNumbers[position])
        guard number != 255, let value: UInt64 = try? bytes.load(at: 8 * position) else { continue }
        self[number] = value
      }
    case .aarch64:
      for position in 0..<AArch64PtraceRegisters.count {
        guard let value: UInt64 = try? bytes.load(at: 8 * position) else { continue }
        self[position] = value
      }
    }
  }
}
