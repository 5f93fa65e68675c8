import ProfileModel
import Testing

@testable import UnwindTables

/// Expressions that compilers, linkers and libraries are known to write.
@Suite struct ExpressionTests {
  func rule(_ instructions: [UInt8], cie: FrameAssembler.CIE = .init()) -> UnwindRule {
    var section = FrameAssembler()
    section.fde(section.cie(cie), start: 0x1000, length: 16, instructions)
    var table = section.table()
    return table.rule(at: 0x1000)
  }

  @Test func procedureLinkageTable() {
    let plt: [UInt8] = [0x0F, 11, 0x77, 8, 0x80, 0, 0x3F, 0x1A, 0x3B, 0x2A, 0x33, 0x24, 0x22]
    let rule = rule(plt)
    #expect(rule.kind == .procedureLinkage)
    #expect(rule.cfaRegister == 7 && rule.innerOffset == 8 && rule.outerOffset == 11)
    #expect(rule.canonicalFrameAddress(register: 100, programCounter: 0x102A) { _ in nil } == 108)
    #expect(rule.canonicalFrameAddress(register: 100, programCounter: 0x102B) { _ in nil } == 116)
    #expect(RuleText(rule: rule, architecture: .x86_64).returnAddress == "c-8")
    // With another mask it is another expression.
    var other = plt
    other[6] = 0x3E
    #expect(self.rule(other) == .needsFallback)
  }

  /// `.plt` of a 32-bit image: words of 4 bytes, and esp, eip as registers 4 and 8.
  @Test func narrowProcedureLinkageTable() {
    let cie = FrameAssembler.CIE(dataAlignment: -4, column: 8, instructions: [0x0C, 4, 4, 0x88, 1])
    let plt: [UInt8] = [0x0F, 11, 0x74, 4, 0x78, 0, 0x3F, 0x1A, 0x3B, 0x2A, 0x32, 0x24, 0x22]
    var section = FrameAssembler()
    section.fde(section.cie(cie), start: 0x1000, length: 16, plt)
    section.fde(section.cie(cie), start: 0x2000, length: 16, [0x0E, 20, 0x85, 2, 0x83, 5])
    var sections = UnwindTable.Sections()
    (sections.ehFrame, sections.ehFrameAddress, sections.addressSize) = (section.bytes, section.address, .narrow)
    var table = UnwindTable(architecture: .i386, sections: sections)
    let rule = table.rule(at: 0x1000)
    #expect(rule.kind == .procedureLinkage && rule.cfaRegister == 4)
    #expect(rule.canonicalFrameAddress(register: 100, programCounter: 0x102A, wordSize: 4) { _ in nil } == 104)
    #expect(rule.canonicalFrameAddress(register: 100, programCounter: 0x102B, wordSize: 4) { _ in nil } == 108)
    // ebp at c-8, ebx at c-20.
    let saved = table.rule(at: 0x2000)
    #expect(saved.cfaOffset == 20 && saved.slotWords(0) == -1 && saved.slotWords(1) == -2 && saved.slotWords(2) == -5)
  }

  @Test(
    arguments: [
      ([0x76, 0x78, 0x06], 6, -8, 0),  // realigned: DW_OP_breg6 -8; DW_OP_deref
      ([0x77, 0x28, 0x06, 0x23, 8], 7, 40, 8),  // OpenSSL: DW_OP_breg7 40; DW_OP_deref; DW_OP_plus_uconst 8
      ([0x77, 0x28, 0x06, 0x38, 0x22], 7, 40, 8),  // DW_OP_lit8; DW_OP_plus
      ([0x77, 0x28, 0x23, 8, 0x06, 0x38, 0x1C], 7, 48, -8),  // DW_OP_lit8; DW_OP_minus
      ([0x92, 3, 0, 0x0A, 0, 1, 0x22, 0x06, 0x96], 3, 256, 0),  // DW_OP_bregx, DW_OP_const2u, DW_OP_nop
    ] as [([Int], Int, Int16, Int16)]) func loads(expression: [Int], register: Int, inner: Int16, outer: Int16)
  {
    let rule = rule([0x0F, UInt8(expression.count)] + expression.map { UInt8($0) })
    #expect(rule.kind == .dereference)
    #expect(rule.cfaRegister == register && rule.innerOffset == inner && rule.outerOffset == outer)
    let found = rule.canonicalFrameAddress(register: 1000, programCounter: 0) {
      $0 == UInt64(1000 + Int(inner)) ? 5000 : nil
    }
    #expect(found == UInt64(5000 + Int(outer)))
  }

  @Test(arguments: [
    [0x77, 0x28, 0x06, 0x06],  // two loads
    [0x77], [], [0x38], [0x77, 0x28, 0x38], [0x77, 0x28, 0x38, 0x1E],  // cut off, empty, no register, multiplied
    [0x77, 0x80, 0x80, 0x04, 0x06],  // out of a load's reach
  ]) func handedOn(expression: [Int]) {
    #expect(rule([0x0F, UInt8(expression.count)] + expression.map { UInt8($0) }) == .needsFallback)
  }

  @Test func aLengthPastTheEndIsMalformed() {
    #expect(rule([0x0F, 40, 0x77, 8]) == .needsFallback)
    #expect(rule([0x0F] + FrameAssembler.uleb(.max)) == .needsFallback)
  }

  @Test func realignedFramesSaveRelativeToTheirFramePointer() {
    // As GCC writes a function that realigns its stack: rbp at *rbp, r15 at rbp-8, r14 at rbp-16, CFA at rbp-24.
    let rule = rule([
      0x10, 6, 2, 0x76, 0, 0x10, 15, 2, 0x76, 0x78, 0x10, 14, 2, 0x76, 0x70, 0x0F, 3, 0x76, 0x68, 0x06,
    ])
    #expect(rule.kind == .dereference && rule.cfaRegister == 6 && rule.innerOffset == -24)
    #expect(!rule.savesAreRelativeToCFA && rule.saveBaseRegister == 6)
    #expect(rule.slotWords(1) == 0 && rule.slotWords(6) == -1 && rule.slotWords(5) == -2)
    #expect(rule.flags.contains(.returnAddressRelativeToCFA) && rule.slotWords(0) == -1)
    #expect(rule.changedSlots == 0b110_0011)
  }

  @Test func signalTrampolineOfGlibc() {
    // __restore_rt: everything at an offset from rsp, which itself is at rsp+160.
    var code: [UInt8] = [0x0F, 4, 0x77, 0xA0, 0x01, 0x06]
    let places: [(UInt8, Int64)] = [
      (8, 40), (9, 48), (10, 56), (11, 64), (12, 72), (13, 80), (14, 88), (15, 96), (5, 104), (4, 112), (6, 120),
      (3, 128), (1, 136), (0, 144), (2, 152), (7, 160), (16, 168),
    ]
    for (register, offset) in places {
      let operand = FrameAssembler.sleb(offset)
      code += [0x10, register, UInt8(1 + operand.count), 0x77] + operand
    }
    let cie = FrameAssembler.CIE(augmentation: "zRS", instructions: [])
    let rule = rule(code, cie: cie)
    #expect(rule.isSignalFrame && rule.isApplicable)
    #expect(rule.kind == .dereference && rule.cfaRegister == 7 && rule.innerOffset == 160 && rule.outerOffset == 0)
    #expect(rule.saveBaseRegister == 7 && rule.changedSlots == 0x3FFF)
    let numbers = RegisterSlots.of(.x86_64).numbers
    for slot in 0..<UnwindRule.slotCount {
      let offset = places.first { $0.0 == numbers[slot] }?.1
      #expect(rule.slotWords(slot) * 8 == Int(offset ?? -1))
    }
  }

  @Test func loadingAWholeContext() {
    // setcontext: CFA = rdx, the stack pointer at rdx+160, rip at rdx+168, rbx at rdx+128.
    let rule = rule([0x0C, 1, 0, 0x11, 7, 0x6C, 0x11, 16, 0x6B, 0x11, 3, 0x70])
    #expect(rule.kind == .dereference && rule.cfaRegister == 1 && rule.innerOffset == 160)
    #expect(rule.saveBaseRegister == 1 && rule.slotWords(0) == 21 && rule.slotWords(2) == 16)
  }
}
