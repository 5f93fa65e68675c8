extension KnownCode {
  /// `struct rt_sigframe` (`arch/x86/include/asm/sigframe.h`): when the handler has returned, the stack pointer is at
  /// its `ucontext`, whose general registers start 40 bytes in, in the order of `struct sigcontext_64`.
  static let x86_64 = KnownCode(
    // mov $0xf, %rax; syscall
    trampoline: [0x48, 0xC7, 0xC0, 0x0F, 0x00, 0x00, 0x00, 0x0F, 0x05],
    savedRegisters: ([8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16] as [UInt8]).enumerated()
      .map { index, number in (number: number, offset: UInt64(40 + 8 * index)) },
    // glibc's __start_context: mov %rbx, %rsp; mov (%rsp), %rdi; test %rdi, %rdi
    coroutineStart: [0x48, 0x89, 0xDC, 0x48, 0x8B, 0x3C, 0x24, 0x48, 0x85, 0xFF],
    // musl's __clone: pop %rdi; call *%r9 | mov %eax, %edi; xor %eax, %eax; mov $60 (exit), %al; syscall
    threadStart: ([0x5F, 0x41, 0xFF, 0xD1], [0x89, 0xC7, 0x31, 0xC0, 0xB0, 0x3C, 0x0F, 0x05]),
    linkageStub: returnAddressOffset,
    directCallTarget: { CallX86_64.directTarget($0, endingAt: $1) },
    isIndirectCall: { CallX86_64.isIndirect($0) },
    restoresStack: { code in
      // mov or lea disp8(%rbp), %rsp
      code.starts(with: [0x48, 0x8B, 0x65]) || code.starts(with: [0x48, 0x8D, 0x65])
    })

  /// The entries of a procedure linkage table (System V ABI for AMD64, figure 5.2), with or without `endbr64` and `bnd`:
  ///
  ///     head    push got+8(%rip)       stack: index, return address
  ///             jmp *got+16(%rip)             link map, index, return address
  ///     entry   jmp *slot(%rip)               return address
  ///             push $index                   return address
  ///             jmp head                      index, return address
  private static func returnAddressOffset(_ following: ArraySlice<UInt8>, _ preceding: ArraySlice<UInt8>) -> UInt8? {
    var code = following
    if code.starts(with: [0xF3, 0x0F, 0x1E, 0xFA]) { code = code.dropFirst(4) }
    if code.first == 0xF2 { code = code.dropFirst() }
    if code.starts(with: [0xFF, 0x25]) {
      return preceding.dropFirst(2).starts(with: [0xFF, 0x35]) ? 16 : 0
    }
    if code.starts(with: [0xFF, 0x35]), code.dropFirst(6).starts(with: [0xFF, 0x25]) { return 8 }
    if code.first == 0x68, code.dropFirst(5).first == 0xE9 { return 0 }
    if code.first == 0xE9, preceding.dropFirst(3).first == 0x68 { return 8 }
    return nil
  }
}

extension CodeConventions {
  /// System V ABI for AMD64, figure 3.36.
  static let x86_64 = CodeConventions(pointers: (7, 6), preserved: [6, 3, 12, 13, 14, 15])
}
