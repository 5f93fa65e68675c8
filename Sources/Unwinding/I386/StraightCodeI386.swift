/// Where straight code leads to: what the instructions of 32-bit code from an address on do to the stack until they return
/// or set up a frame. They prove where the return address is, whatever tables say or leave out.
///
/// Only instructions that compilers put there are known (Intel's manual, volume 2); any other one, and every jump, ends the
/// search without an answer.
struct StraightCodeI386 {
  /// Bytes of code that are looked at.
  static let reach = 40

  private let code: [UInt8]
  private var position = 0
  /// How far the stack pointer will have risen.
  private var depth: UInt64 = 0
  /// Tells whether a direct call, by its distance from the code's start, leads to code that only loads its own address.
  private let isAddressLoader: (Int64) -> Bool

  init(_ code: [UInt8], isAddressLoader: @escaping (Int64) -> Bool) {
    self.code = code
    self.isAddressLoader = isAddressLoader
  }

  /// Bytes from the stack pointer to the return address; nil where that is not proven.
  ///
  ///     … pop %ebx; pop %ebp; ret          the stack pointer rises to it
  ///     … push %ebp; mov %esp, %ebp        it is still there
  mutating func returnAddressDepth() -> UInt64? {
    while position < code.count {
      if starts(with: [0x55, 0x89, 0xE5]) || starts(with: [0x55, 0x8B, 0xEC]) { return depth == 0 ? 0 : nil }
      guard let opcode = byte(0) else { return nil }
      switch opcode {
      case 0xC3, 0xC2: return depth
      case 0xF3 where starts(with: [0xF3, 0xC3]): return depth
      case 0xF3 where starts(with: [0xF3, 0x0F, 0x1E, 0xFB]): position += 4  // endbr32
      case 0xF3 where byte(1).map { 0xA4...0xA5 ~= $0 || 0xAA...0xAB ~= $0 } == true: position += 2  // rep movs, stos
      case 0x90, 0xFC, 0xA4, 0xA5, 0xAA, 0xAB: position += 1  // nop, cld, movs, stos
      case 0x58...0x5F where opcode != 0x5C:  // pop
        depth += 4
        position += 1
      case 0x83 where byte(1) == 0xC4:  // add $…, %esp
        guard let value = byte(2), value < 0x80 else { return nil }
        depth += UInt64(value)
        position += 3
      case 0x81 where byte(1) == 0xC4:
        guard let value = number(2), value >= 0, value < 1 << 24 else { return nil }
        depth += UInt64(value)
        position += 6
      case 0x05,
        0xB8...0xBF where opcode != 0xBC:
        position += 5  // add $…, %eax; mov $…, register
      case 0x81 where byte(1).map { 0xC0...0xC7 ~= $0 } == true: position += 6  // add $…, register
      case 0x40...0x4F where opcode & 7 != 4: position += 1  // inc, dec
      case 0xD1 where changesOtherRegister: position += 2  // shifts
      case 0xC1 where changesOtherRegister: position += 3
      case 0x83 where changesOtherRegister: position += 3  // arithmetic with a constant
      case 0xE8:
        guard let distance = number(1), isAddressLoader(Int64(position) + 5 + Int64(distance)) else { return nil }
        position += 5
      case 0x01, 0x09, 0x21, 0x29, 0x31, 0x89, 0x03, 0x0B, 0x23, 0x2B, 0x33, 0x8B, 0x85:
        guard skipOperation(opcode) else { return nil }
      default: return nil
      }
    }
    return nil
  }

  /// Whether the ModRM byte names a register, and not the stack pointer, as what is changed.
  private var changesOtherRegister: Bool { byte(1).map { $0 >> 6 == 3 && $0 & 7 != 4 } ?? false }

  /// Skips an operation of two registers, or a load from the stack, that leaves the stack pointer alone.
  private mutating func skipOperation(_ opcode: UInt8) -> Bool {
    guard let mode = byte(1) else { return false }
    // Bit 1 of the opcode: the register in bits 3 to 5 is what changes.
    let changed = opcode & 2 != 0 ? mode >> 3 & 7 : mode & 7
    if mode >> 6 == 3 {
      guard changed != 4 || opcode == 0x85 else { return false }
      position += 2
      return true
    }
    guard opcode == 0x8B, changed != 4, mode & 7 == 4, byte(2) == 0x24 else { return false }
    switch mode >> 6 {
    case 0: position += 3
    case 1: position += 4
    default: position += 7
    }
    return true
  }

  private func byte(_ offset: Int) -> UInt8? {
    position + offset < code.count ? code[position + offset] : nil
  }

  private func number(_ offset: Int) -> Int32? {
    guard position + offset + 4 <= code.count else { return nil }
    return Int32(
      bitPattern: code[(position + offset)..<(position + offset + 4)].reversed().reduce(UInt32(0)) {
        $0 << 8 | UInt32($1)
      })
  }

  private func starts(with bytes: [UInt8]) -> Bool { code[position...].starts(with: bytes) }
}
