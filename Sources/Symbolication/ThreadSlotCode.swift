import BinaryReading

/// What the code of `swift_task_getCurrent` (x86-64) does to find the running task, as far as that is straight on.
///
///     lea symbol@tlsgd(%rip), %rdi; call __tls_get_addr; mov 0x8(%rax), %rax         in a library
///     mov %fs:0x0, %rax; mov -0x78(%rax), %rax                                       in a program that has all in it
///     mov symbol@gottpoff(%rip), %rax; mov %fs:(%rax), %rax                          in one that has room reserved for it
struct ThreadSlotCode {
  /// What a register holds.
  private enum Value {
    case unknown
    /// So far from the thread pointer.
    case thread(UInt64)
    /// A constant: the address of two words, the module's number and an offset.
    case address(UInt64)
    /// So far into the thread's memory of the module whose words lie there.
    case module(UInt64, UInt64)
  }

  /// Nil where it is something else.
  private(set) var slot: ConcurrencyPoints.ThreadSlot?

  init(_ code: [UInt8], at start: UInt64) {
    var registers: [UInt8: Value] = [:]
    var place = 0
    func byte(_ offset: Int) -> UInt8 { place + offset < code.count ? code[place + offset] : 0 }
    func number(_ offset: Int) -> UInt64 {
      guard place + offset + 4 <= code.count else { return 0 }
      let value = (0..<4).reduce(UInt32(0)) { $0 | UInt32(code[place + offset + $1]) << UInt32(8 * $1) }
      return UInt64(bitPattern: Int64(Int32(bitPattern: value)))
    }
    while place < code.count {
      // Prefixes that only make room.
      if byte(0) == 0x66 || byte(0) == 0x2E {
        place += 1
      } else if byte(0) == 0xF3, byte(1) == 0x0F, byte(2) == 0x1E, byte(3) == 0xFA {
        place += 4  // endbr64
      } else if byte(0) == 0x55 || byte(0) == 0x50 {
        place += 1  // push
      } else if byte(0) == 0x48, byte(1) == 0x89, byte(2) == 0xE5 {
        place += 3  // mov %rsp, %rbp
      } else if byte(0) == 0x64, byte(1) & 0xFB == 0x48, byte(2) == 0x8B, byte(3) & 0xC7 == 0x04, byte(4) == 0x25 {
        // mov %fs:number, %reg
        let register = byte(3) >> 3 & 7
        if number(5) != 0 {
          slot = .distance(number(5))
          return
        }
        registers[register] = .thread(0)
        place += 9
      } else if byte(0) == 0x48, byte(1) == 0x8D, byte(2) & 0xC7 == 0x05 {
        // lea number(%rip), %reg
        registers[byte(2) >> 3 & 7] = .address(start &+ UInt64(place + 7) &+ number(3))
        place += 7
      } else if byte(0) == 0x48, byte(1) == 0x8D, byte(2) >> 6 == 2, byte(2) & 7 != 4 {
        // lea number(%reg), %reg
        registers[byte(2) >> 3 & 7] = Self.moved(registers[byte(2) & 7], by: number(3))
        place += 7
      } else if byte(0) == 0xE8 || byte(0) == 0x48 && byte(1) == 0xE8 {
        // call __tls_get_addr
        guard case .address(let words)? = registers[7] else { return }
        registers[0] = .module(words, 0)
        place += byte(0) == 0xE8 ? 5 : 6
      } else if byte(0) & 0xFB == 0x48, byte(1) == 0x8B, byte(2) >> 6 < 3, byte(2) & 7 != 4, byte(2) & 0xC7 != 5 {
        // mov number(%reg), %reg: the task itself.
        let offset =
          switch byte(2) >> 6 {
          case 0: UInt64(0)
          case 1: UInt64(bitPattern: Int64(Int8(bitPattern: byte(3))))
          default: number(3)
          }
        switch Self.moved(registers[byte(2) & 7], by: offset) {
        case .thread(let distance): slot = .distance(distance)
        case .module(let words, let offset): slot = .module(numberAt: words, offset: offset)
        case .unknown, .address: break
        }
        return
      } else {
        return
      }
    }
  }

  private static func moved(_ value: Value?, by offset: UInt64) -> Value {
    switch value {
    case .thread(let distance): .thread(distance &+ offset)
    case .module(let words, let before): .module(words, before &+ offset)
    case .address, .unknown, nil: .unknown
    }
  }
}
