import BinaryReading
import ProfileModel

extension UserRegisters {
  /// The registers of a task of `architecture` at `offset` of a sample's bytes.
  init(perfValues bytes: RawSpan, at offset: Int, architecture: Architecture) throws(BinaryReadingError) {
    self.init()
    switch architecture {
    case .x86_64:
      for position in 0..<X86_64PerfRegisters.count {
        self[Int(X86_64PerfRegisters.dwarfNumbers[position])] = try bytes.load(at: offset + 8 * position)
      }
    case .aarch64:
      for position in 0..<AArch64PerfRegisters.count { self[position] = try bytes.load(at: offset + 8 * position) }
    case .i386:
      for position in 0..<I386PerfRegisters.count {
        let value: UInt64 = try bytes.load(at: offset + 8 * position)
        self[Int(I386PerfRegisters.dwarfNumbers[position])] = value & architecture.wordMask
      }
    }
  }

  /// How many registers a sample carries on a kernel for this architecture.
  static func perfCount(_ architecture: Architecture) -> Int {
    switch architecture {
    case .x86_64, .i386: X86_64PerfRegisters.count
    case .aarch64: AArch64PerfRegisters.count
    }
  }
}
