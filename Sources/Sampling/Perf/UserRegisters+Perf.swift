import BinaryReading
import ProfileModel

extension UserRegisters {
  /// The registers at `offset` of a sample's bytes, as many as `SampleLayout.registerMask` has bits.
  init(perfValues bytes: RawSpan, at offset: Int, architecture: Architecture) throws(BinaryReadingError) {
    self.init()
    switch architecture {
    case .x86_64:
      for position in 0..<X86_64PerfRegisters.count {
        self[Int(X86_64PerfRegisters.dwarfNumbers[position])] = try bytes.load(at: offset + 8 * position)
      }
    case .aarch64:
      for position in 0..<AArch64PerfRegisters.count { self[position] = try bytes.load(at: offset + 8 * position) }
    }
  }

  /// How many registers a sample carries.
  static func perfCount(_ architecture: Architecture) -> Int {
    architecture == .x86_64 ? X86_64PerfRegisters.count : AArch64PerfRegisters.count
  }
}
