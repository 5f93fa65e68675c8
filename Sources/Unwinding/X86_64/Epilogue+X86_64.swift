extension Epilogue {
  /// DWARF numbers of the registers that `pop` and `push` number from 0.
  private static let registers: [UInt8] = [0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15]

  /// Reads the instructions from a program counter on; nil where they branch, or do what is not known here, before the
  /// function returns.
  init?(x86_64 code: [UInt8]) {
    var rest = code[...]
    while let first = rest.first {
      let second = rest.dropFirst().first ?? 0
      switch (first, second) {
      case (0xC3, _), (0xC2, _), (0xF3, 0xC3), (0xF2, 0xC3):  // ret
        return
      case (0x90, _):  // nop
        rest = rest.dropFirst()
      case (0x58...0x5F, _):  // pop
        guard first != 0x5C else { return nil }
        steps.append(.pop(Self.registers[Int(first - 0x58)]))
        rest = rest.dropFirst()
      case (0x41, 0x58...0x5F):
        steps.append(.pop(Self.registers[Int(second - 0x58) + 8]))
        rest = rest.dropFirst(2)
      case (0x50...0x57, _):  // push: not yet done by an interrupted function
        steps.append(.move(-8))
        rest = rest.dropFirst()
      case (0x41, 0x50...0x57):
        steps.append(.move(-8))
        rest = rest.dropFirst(2)
      case (0xC9, _):
        steps += [.leave, .pop(6)]
        rest = rest.dropFirst()
      case (0xE8, _):  // call
        rest = rest.dropFirst(5)
      case (0xFF, 0xD0...0xD7):  // call *%register
        rest = rest.dropFirst(2)
      case (0x41, 0xFF):
        guard let third = rest.dropFirst(2).first, (0xD0...0xD7).contains(third) else { return nil }
        rest = rest.dropFirst(3)
      case (0x48, 0x83), (0x48, 0x81), (0x48, 0x89):
        guard let length = addToStackPointer(rest) else { return nil }
        rest = rest.dropFirst(length)
      default:
        return nil
      }
    }
    return nil
  }

  /// `add` or `sub` of a number to the stack pointer, `mov %rbp, %rsp`; the instruction's length.
  private mutating func addToStackPointer(_ code: ArraySlice<UInt8>) -> Int? {
    let bytes = Array(code.prefix(7))
    guard bytes.count == 7 else { return nil }
    if bytes[1] == 0x89 {
      guard bytes[2] == 0xEC else { return nil }
      steps.append(.leave)
      return 3
    }
    let isWide = bytes[1] == 0x81
    let value =
      isWide
      ? Int64(Int32(bitPattern: bytes[3...6].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }))
      : Int64(Int8(bitPattern: bytes[3]))
    switch bytes[2] {
    case 0xC4: steps.append(.move(value))
    case 0xEC: steps.append(.move(-value))
    default: return nil
    }
    return isWide ? 7 : 4
  }
}
