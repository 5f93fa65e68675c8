extension InstructionX86_64 {
  /// Whether the operand of ModRM's last field is written, where that is a general register or memory.
  ///
  /// Vector instructions that store are left out: nobody saves the registers asked for by them.
  var writesOperand: Bool {
    switch map {
    case .primary where !isVector: return writesOperandPrimary
    case .secondary where !isVector:
      switch opcode {
      case 0x90...0x9F, 0xA4, 0xA5, 0xAB, 0xAC, 0xAD, 0xB0, 0xB1, 0xB3, 0xBB, 0xC0, 0xC1: return true
      case 0xBA: return group != 4
      case 0xAE: return repeatPrefix == 0xF3
      case 0xC7: return true
      case 0x7E: return repeatPrefix == 0
      case 0x1E: return repeatPrefix == 0xF3
      default: return false
      }
    case .secondary: return opcode == 0x7E
    case .fourth: return 0x14...0x17 ~= opcode
    case .third: return !isVector && opcode == 0xF1
    default: return false
    }
  }

  private var writesOperandPrimary: Bool {
    switch opcode {
    case 0x38...0x3F: false
    case 0x00...0x37: opcode & 7 < 2
    case 0x80, 0x81, 0x83: group != 7
    case 0x86...0x89, 0x8C, 0x8F, 0xC0, 0xC1, 0xC6, 0xC7, 0xD0...0xD3: true
    case 0xF6, 0xF7: 2...3 ~= group
    case 0xFE, 0xFF: group < 2
    default: false
    }
  }

  /// General registers that are written, a bit each, in the processor's order.
  var writtenRegisters: UInt16 {
    var written = implicitRegisters
    let isByte = map == .primary ? opcode & 1 == 0 || 0xB0...0xB7 ~= opcode : 0x90...0x9F ~= opcode || opcode == 0xB0
    if writesRegister { written |= bit(reg, isByte: isByte && map == .primary) }
    if writesOperand, let rm { written |= bit(rm, isByte: isByte) }
    if isVector, map == .third, [0xF3, 0xF6].contains(opcode) { written |= 1 << UInt16(additional) }
    return written
  }

  /// Without REX, numbers 4 to 7 of byte registers are the second bytes of the first four.
  private func bit(_ register: UInt8, isByte: Bool) -> UInt16 {
    1 << UInt16(isByte && !hasREX && 4..<8 ~= register ? register - 4 : register & 15)
  }

  /// Whether the register of ModRM's middle field is a general one and is written.
  private var writesRegister: Bool {
    guard hasModRM else { return false }
    switch map {
    case .primary where !isVector:
      switch opcode {
      case 0x38...0x3F: return false
      case 0x00...0x37: return opcode & 7 == 2 || opcode & 7 == 3
      case 0x63, 0x69, 0x6B, 0x86, 0x87, 0x8A, 0x8B, 0x8D: return true
      default: return false
      }
    case .secondary where !isVector:
      switch opcode {
      case 0x02, 0x03, 0x2C, 0x2D, 0x40...0x4F, 0x50, 0xAF, 0xB6...0xB8, 0xBC...0xBF, 0xC0, 0xC1, 0xC5, 0xD7:
        return true
      default: return false
      }
    case .secondary: return [0x2C, 0x2D, 0x50, 0x78, 0x79, 0x93, 0xC5, 0xD7].contains(opcode)
    case .third:
      return isVector ? [0xF2, 0xF5, 0xF6, 0xF7].contains(opcode) : 0xF0...0xF1 ~= opcode || opcode == 0xF6
    case .fourth: return isVector && opcode == 0xF0
    default: return false
    }
  }

  /// Registers that are written without being named, or that the opcode names.
  private var implicitRegisters: UInt16 {
    let (rax, rcx, rdx, rbx, rsi, rdi, r11): (UInt16, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16) =
      (1, 2, 4, 8, 64, 128, 2_048)
    switch map {
    case .primary where !isVector:
      switch opcode {
      case 0x3C, 0x3D: return 0
      case 0x00...0x3F: return opcode & 6 == 4 ? rax : 0
      case 0x90...0x97:
        let other = opcode & 7 | opcodeExtension
        return other == 0 ? 0 : rax | 1 << UInt16(other)
      case 0x98, 0x9F, 0xA0, 0xA1, 0xD7, 0xDF, 0xE4, 0xE5, 0xEC, 0xED: return rax
      case 0x99: return rdx
      case 0xA4...0xA7, 0x6C...0x6F: return rsi | rdi | rcx
      case 0xAA, 0xAB, 0xAE, 0xAF: return rdi | rcx
      case 0xAC, 0xAD: return rsi | rax | rcx
      case 0xB0...0xB7: return bit(opcode & 7 | opcodeExtension, isByte: true)
      case 0xB8...0xBF: return 1 << UInt16(opcode & 7 | opcodeExtension)
      case 0xE0...0xE3: return rcx
      case 0xF6, 0xF7: return group >= 4 ? rax | rdx : 0
      default: return 0
      }
    case .secondary where !isVector:
      switch opcode {
      case 0x01, 0x31, 0x32, 0x33: return rax | rcx | rdx
      case 0x05: return rax | rcx | r11
      case 0xA2: return rax | rbx | rcx | rdx
      case 0xB0, 0xB1: return rax
      case 0xC7: return rax | rdx
      case 0xC8...0xCF: return 1 << UInt16(opcode & 7 | opcodeExtension)
      default: return 0
      }
    case .fourth: return opcode == 0x61 || opcode == 0x63 ? rcx : 0
    default: return 0
    }
  }
}
