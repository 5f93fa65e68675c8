import ProfileModel

/// The registers of the frame that a walk has reached, where any 8-bit number finds one.
///
/// Rules name registers by a byte. With 256 places no number from a file can reach outside, so the walk needs no checks
/// and copies nothing; places past the architecture's registers stay zero.
@safe final class RegisterFile {
  private let values: UnsafeMutablePointer<UInt64>
  /// Bit i is set when register i is not known: nothing may depend on its value.
  var unknown: UInt64 = 0

  init() {
    unsafe values = .allocate(capacity: 256)
    unsafe values.initialize(repeating: 0, count: 256)
  }

  deinit { unsafe values.deallocate() }

  /// The register with a DWARF number.
  @inline(__always)
  subscript(number: UInt8) -> UInt64 {
    // SAFETY: every 8-bit number is below 256, the number of values.
    get { unsafe values[Int(number)] }
    set { unsafe values[Int(number)] = newValue }
  }

  /// Whether a register's value is known.
  @inline(__always)
  func knows(_ number: UInt8) -> Bool { unknown == 0 || number >= 64 || unknown & (1 << UInt64(number)) == 0 }

  /// Takes all registers over.
  func load(_ registers: UserRegisters, known: KnownRegisters) {
    unknown = ~known.bits
    // SAFETY: `UserRegisters` is 33 words without padding (pinned by a test), and the file has room for 256.
    unsafe UnsafeMutableRawPointer(values).storeBytes(of: registers, as: UserRegisters.self)
  }

  /// All registers.
  var registers: UserRegisters {
    var registers = UserRegisters()
    for number in 0..<33 { registers[number] = self[UInt8(number)] }
    return registers
  }
}
