import ProfileModel
import Testing

@testable import UnwindTables

/// What differs on AArch64: the link register, signed return addresses, the kernel's trampoline.
@Suite struct AArch64Tests {
  func table(_ instructions: [UInt8], augmentation: String = "zR", column: UInt64 = 30) -> UnwindTable {
    var section = FrameAssembler()
    var cie = FrameAssembler.CIE.aarch64
    cie.augmentation = augmentation
    cie.column = column
    section.fde(section.cie(cie), start: 0x1000, length: 64, instructions)
    return section.table(.aarch64)
  }

  @Test func leafFunctionsReturnToTheLinkRegister() {
    var table = table([])
    let rule = table.rule(at: 0x1000)
    #expect(rule.flags == .returnAddressInRegister && rule.returnAddressRegister == 30)
    #expect(rule.cfaRegister == 31 && rule.cfaOffset == 0 && rule.changedSlots == 0)
  }

  @Test func frameRecord() {
    // stp x29, x30, [sp, -48]!; stp x19, x20, [sp, 16]; mov x29, sp
    var table = table([0x41, 0x0E, 48, 0x9D, 6, 0x9E, 5, 0x41, 0x93, 4, 0x94, 3, 0x41, 0x0D, 29])
    #expect(table.text(at: 0x1004) == "sp+48 ra=c-40 x29=c-48 x30=c-40")
    #expect(table.text(at: 0x1008) == "sp+48 ra=c-40 x29=c-48 x30=c-40 x19=c-32 x20=c-24")
    #expect(table.text(at: 0x103F) == "x29+48 ra=c-40 x29=c-48 x30=c-40 x19=c-32 x20=c-24")
    #expect(table.rule(at: 0x1008).slotWords(0) == -5)
  }

  @Test func largeFramesAreAddressedFromTheStackPointer() {
    // GCC saves registers at the bottom of the frame, here 4,096 bytes below the CFA.
    var table = table([0x0E, 0x80, 0x20, 0x9D, 0x80, 0x04, 0x9E, 0xFF, 0x03])
    let rule = table.rule(at: 0x1000)
    #expect(!rule.savesAreRelativeToCFA && rule.saveBaseRegister == 31)
    #expect(rule.slotWords(1) == 0 && rule.slotWords(0) == 1 && rule.slotWords(2) == 1)
    #expect(table.text(at: 0x1000) == "sp+4096 ra=c-4088 x29=c-4096 x30=c-4088")
  }

  @Test func signedReturnAddresses() {
    // paciasp; then as usual; autiasp; with the state remembered over the epilogue
    var table = table([0x41, 0x2D, 0x41, 0x0E, 16, 0x9E, 1, 0x41, 0x0A, 0xDE, 0x0E, 0, 0x2D, 0x41, 0x0B])
    #expect(!table.rule(at: 0x1000).flags.contains(.signedReturnAddress))
    #expect(table.rule(at: 0x1004).flags == [.signedReturnAddress, .returnAddressInRegister])
    #expect(table.rule(at: 0x1008).flags == .signedReturnAddress)
    #expect(table.rule(at: 0x100C).flags == .returnAddressInRegister)
    #expect(table.rule(at: 0x1010).flags == .signedReturnAddress)
    var withPC = self.table([0x2C], augmentation: "zRB")
    #expect(withPC.rule(at: 0x1000).flags.contains(.signedReturnAddress))
  }

  @Test func rootsAndOtherColumns() {
    var root = table([0x07, 30])
    #expect(root.rule(at: 0x1000).isRoot)
    var other = table([], column: 15)
    #expect(other.rule(at: 0x1000) == .needsFallback)
  }

  @Test func kernelSignalTrampoline() {
    // As in the vDSO: CFA = x29, x29 at the CFA, x30 above it.
    let code: [UInt8] = [0x0C, 29, 0, 0x9D, 0, 0x11, 30, 0x7F]
    var table = table(code, augmentation: "zRS")
    let rule = table.rule(at: 0x1000)
    #expect(rule.isSignalFrame && rule.kind == .dereference && rule.cfaRegister == 31 && rule.innerOffset == 560)
    #expect(rule.saveBaseRegister == 31 && rule.slotWords(0) * 8 == 568)
    #expect(rule.slotWords(1) * 8 == 312 + 8 * 29 && rule.slotWords(2) * 8 == 312 + 8 * 30)
    // The same rules in a function that is no trampoline mean what they say.
    var plain = self.table(code)
    #expect(plain.text(at: 0x1000) == "x29+0 ra=c+8 x29=c+0 x30=c+8")
  }
}
