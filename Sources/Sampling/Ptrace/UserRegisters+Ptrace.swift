import BinaryReading
import ProfileModel

extension UserRegisters {
  /// The registers in a set as PTRACE_GETREGSET gives it for a task of `architecture`; nil for a set of another length.
  init?(registerSet bytes: RawSpan, architecture: Architecture) {
    self.init()
    guard bytes.byteCount == Self.registerSetSize(architecture) else { return nil }
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
    case .i386:
      for position in 0..<I386PtraceRegisters.dwarfNumbers.count {
        let number = Int(I386PtraceRegisters.dwarfNumbers[position])
        guard number != 255, let value: UInt32 = try? bytes.load(at: 4 * position) else { continue }
        self[number] = UInt64(value)
      }
    }
  }

  /// The bytes of such a set, by which a task's word size is told.
  static func registerSetSize(_ architecture: Architecture) -> Int {
    switch architecture {
    case .x86_64: X86_64PtraceRegisters.byteCount
    case .aarch64: AArch64PtraceRegisters.byteCount
    case .i386: I386PtraceRegisters.byteCount
    }
  }
}
