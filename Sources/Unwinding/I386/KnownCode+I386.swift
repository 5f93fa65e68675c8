extension KnownCode {
  /// `struct rt_sigframe_ia32` (`arch/x86/include/asm/sigframe.h`): when the handler has returned, the stack pointer is
  /// at its first argument, and the `ucontext`, whose general registers lie 36 bytes in, in the order of
  /// `struct sigcontext_32`, 140 bytes above. The older frame is `olderSavedRegisters`.
  static let i386 = KnownCode(
    // mov $173, %eax; int $0x80
    trampoline: [0xB8, 0xAD, 0x00, 0x00, 0x00, 0xCD, 0x80],
    savedRegisters: registers(at: 176),
    coroutineStart: [],
    threadStart: ([], []),
    linkageStub: returnAddressOffsetI386,
    // Where calls lead to is asked of the code itself (`CallTargetI386`).
    directCallTarget: { _, _ in nil },
    isIndirectCall: { isCallI386(Array($0)) },
    restoresStack: { _ in false })

  /// The way back from handlers that were set without SA_SIGINFO: pop %eax; mov $119, %eax; int $0x80.
  static let olderTrampolineI386: [UInt8] = [0x58, 0xB8, 0x77, 0x00, 0x00, 0x00, 0xCD, 0x80]
  /// What the kernel saved in `struct sigframe_ia32`, from the stack pointer at that trampoline.
  static let olderSavedRegistersI386 = registers(at: 20)

  /// edi, esi, ebp, esp, ebx, edx, ecx, eax, two words about the trap, eip.
  private static func registers(at start: UInt64) -> [(number: UInt8, offset: UInt64)] {
    (0..<8).map { (number: 7 - UInt8($0), offset: start + 4 * UInt64($0)) } + [(number: 8, offset: start + 40)]
  }

  /// E8 and 32 bits, or FF /2 with as many bytes behind its ModRM byte as that asks for (Intel's manual, volume 2,
  /// table 2-2).
  @Sendable private static func isCallI386(_ code: [UInt8]) -> Bool {
    guard code.count >= 8 else { return false }
    let end = code.count
    if code[end - 5] == 0xE8 { return true }
    return [2, 3, 4, 6, 7].contains { length in
      let mode = code[end - length + 1]
      guard code[end - length] == 0xFF, mode & 0x38 == 0x10 else { return false }
      let hasIndex = mode & 0xC7 != 0xC4 && mode >> 6 != 3 && mode & 7 == 4
      guard !hasIndex || length > 2 else { return false }
      let base = hasIndex ? code[end - length + 2] & 7 : mode & 7
      let displacement =
        switch mode >> 6 {
        case 0: base == 5 ? 4 : 0
        case 1: 1
        case 2: 4
        default: 0
        }
      return length == 2 + (hasIndex ? 1 : 0) + displacement
    }
  }

  /// The entries of a procedure linkage table (System V ABI for Intel386, "Procedure Linkage Table"), absolute or by
  /// %ebx, with or without `endbr32`:
  ///
  ///     head    push got+4             stack: index, return address
  ///             jmp *got+8                    link map, index, return address
  ///     entry   jmp *slot                     return address
  ///             push $index                   return address
  ///             jmp head                      index, return address
  @Sendable private static func returnAddressOffsetI386(
    _ following: ArraySlice<UInt8>, _ preceding: ArraySlice<UInt8>
  ) -> UInt8? {
    var code = following
    if code.starts(with: [0xF3, 0x0F, 0x1E, 0xFB]) { code = code.dropFirst(4) }
    func isJump(_ code: ArraySlice<UInt8>) -> Bool {
      code.starts(with: [0xFF, 0x25]) || code.starts(with: [0xFF, 0xA3])
    }
    func isPush(_ code: ArraySlice<UInt8>) -> Bool {
      code.starts(with: [0xFF, 0x35]) || code.starts(with: [0xFF, 0xB3])
    }
    if isJump(code) { return isPush(preceding.dropFirst(2)) ? 8 : 0 }
    if isPush(code), isJump(code.dropFirst(6)) { return 4 }
    if code.first == 0x68, code.dropFirst(5).first == 0xE9 { return 0 }
    if code.first == 0xE9, preceding.dropFirst(3).first == 0x68 { return 4 }
    return nil
  }
}

extension CodeConventions {
  /// Four are preserved; no code is followed by what it says.
  static let i386 = CodeConventions(pointers: (4, 5), preserved: [5, 3, 6, 7, 7, 7])
}
