extension KnownCode {
  /// `struct rt_sigframe` (`arch/arm64/kernel/signal.c`): 128 bytes of `siginfo`, then the `ucontext`, whose
  /// `sigcontext` lies 176 bytes in: the fault address, x0 to x30, sp, pc.
  static let aarch64 = KnownCode(
    // mov x8, #139; svc #0
    trampoline: [0x68, 0x11, 0x80, 0xD2, 0x01, 0x00, 0x00, 0xD4],
    savedRegisters: (0..<33).map { (number: $0, offset: 128 + 176 + 8 + 8 * UInt64($0)) },
    coroutineStart: [],
    threadStart: ([], []),
    linkageStub: { following, _ in
      // br x17, at the end of adrp x16; ldr x17, [x16]; add x16, x16: the link register is untouched.
      stride(from: 0, to: 16, by: 4).contains {
        following.dropFirst($0).starts(with: [0x20, 0x02, 0x1F, 0xD6])
      } ? 0 : nil
    },
    directCallTarget: { code, address in
      // bl: 26 bits, in words.
      guard let word = lastWord(of: code), word & 0xFC00_0000 == 0x9400_0000 else { return nil }
      let distance = Int64(Int32(bitPattern: word << 6) >> 6) * 4
      return address &- 4 &+ UInt64(bitPattern: distance)
    },
    // blr, with or without pointer authentication.
    isIndirectCall: { code in
      lastWord(of: code).map { $0 & 0xFFFF_FC1F == 0xD63F_0000 || $0 & 0xFEFF_F800 == 0xD63F_0800 } ?? false
    },
    restoresStack: { _ in false })

  private static func lastWord(of code: ArraySlice<UInt8>) -> UInt32? {
    guard code.count >= 4 else { return nil }
    return code.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
  }
}

extension CodeConventions {
  /// AAPCS64, section 6.1.1.
  static let aarch64 = CodeConventions(pointers: (31, 29), preserved: [29, 19, 20, 21, 22, 23])
}
