import ProfileModel
import Testing

@testable import UnwindTables

/// What each call frame instruction does, on functions of x86-64 that nobody compiled.
@Suite struct InstructionTests {
  /// The rules before and after an advance of 1 from a function with these instructions at 0x1000, length 16.
  func run(_ instructions: [UInt8], cie: FrameAssembler.CIE = .init(), at offset: UInt64 = 0) -> String {
    var section = FrameAssembler()
    section.fde(section.cie(cie), start: 0x1000, length: 16, instructions)
    var table = section.table()
    return table.text(at: 0x1000 + offset)
  }

  @Test func initialRules() { #expect(run([]) == "rsp+8 ra=c-8") }

  @Test(arguments: [
    ([0x86, 2], "rsp+8 ra=c-8 rbp=c-16"),  // offset
    ([0x05, 3, 3], "rsp+8 ra=c-8 rbx=c-24"),  // offset_extended
    ([0x11, 12, 4], "rsp+8 ra=c-8 r12=c-32"),  // offset_extended_sf
    ([0x11, 12, 0x7C], "rsp+8 ra=c-8 r12=c+32"),
    ([0x2F, 13, 4], "rsp+8 ra=c-8 r13=c+32"),  // GNU_negative_offset_extended
    ([0x0C, 6, 16], "rbp+16 ra=c-8"),  // def_cfa
    ([0x12, 6, 0x7E], "rbp+16 ra=c-8"),  // def_cfa_sf
    ([0x0D, 6], "rbp+8 ra=c-8"),  // def_cfa_register
    ([0x0E, 32], "rsp+32 ra=c-8"),  // def_cfa_offset
    ([0x13, 0x7C], "rsp+32 ra=c-8"),  // def_cfa_offset_sf
    ([0x86, 2, 0xC6], "rsp+8 ra=c-8"),  // restore
    ([0x86, 2, 0x06, 6], "rsp+8 ra=c-8"),  // restore_extended
    ([0x07, 6], "rsp+8 ra=c-8 rbp=u"),  // undefined
    ([0x86, 2, 0x08, 6], "rsp+8 ra=c-8"),  // same_value
    ([0x07, 16], "rsp+0 ra=u"),  // undefined return address: a root
    ([0x09, 16, 5], "rsp+8 ra=rdi"),  // register: return address in rdi
    ([0x09, 6, 0], "needsFallback"),
    ([0x14, 6, 2], "needsFallback"),  // val_offset
    ([0x14, 7, 0], "rsp+8 ra=c-8"),  // the stack pointer is the CFA anyhow
    ([0x14, 7, 1], "needsFallback"),
    ([0x15, 7, 0], "rsp+8 ra=c-8"),  // val_offset_sf
    ([0x16, 6, 2, 0x76, 0], "needsFallback"),  // val_expression
    ([0x2E, 40], "rsp+8 ra=c-8"),  // GNU_args_size
    ([0x00, 0x00], "rsp+8 ra=c-8"),  // nop
    ([0x91, 2], "rsp+8 ra=c-8"),  // xmm0: no rule can depend on it
    ([0x0A, 0x86, 2, 0x0E, 64, 0x0B], "rsp+8 ra=c-8"),  // remember_state, restore_state
    ([0x0B], "needsFallback"),  // nothing remembered
    ([0x2D], "needsFallback"),  // AARCH64_negate_ra_state
    ([0x3D], "needsFallback"),  // unknown
    ([0x0E], "needsFallback"),  // cut off
    ([0x86, 0xFF, 0xFF, 0x7F], "needsFallback"),  // out of a slot's reach from any base
    ([0x0E, 0x88, 0x80, 0x01, 0x86, 0x80, 0x10], "rsp+16392 ra=c-8 rbp=c-16384"),  // large frame: near rsp
    ([0x0C, 0x81, 0x01, 8], "needsFallback"),  // CFA from a register that doesn't exist
  ]) func oneInstruction(instructions: [Int], expected: String) {
    #expect(run(instructions.map { UInt8($0) }) == expected)
  }

  @Test(
    arguments: [
      ([0x41, 0x0E, 16], 1),  // advance_loc
      ([0x02, 5, 0x0E, 16], 5),  // advance_loc1
      ([0x03, 5, 0, 0x0E, 16], 5),  // advance_loc2
      ([0x04, 5, 0, 0, 0, 0x0E, 16], 5),  // advance_loc4
      ([0x1D, 5, 0, 0, 0, 0, 0, 0, 0, 0x0E, 16], 5),  // MIPS_advance_loc8
    ] as [([Int], UInt64)]) func advances(instructions: [Int], to location: UInt64)
  {
    let bytes = instructions.map { UInt8($0) }
    #expect(run(bytes, at: location - 1) == "rsp+8 ra=c-8")
    #expect(run(bytes, at: location) == "rsp+16 ra=c-8")
    #expect(run(bytes, at: 15) == "rsp+16 ra=c-8")
    #expect(run(bytes, at: 16) == "uncovered")
  }

  @Test func advancesPastTheEndAreIgnored() {
    #expect(run([0x04, 0xFF, 0xFF, 0xFF, 0xFF, 0x0E, 16], at: 15) == "rsp+8 ra=c-8")
    #expect(run([0x1D] + Array(repeating: 0xFF, count: 8) + [0x0E, 16], at: 15) == "rsp+8 ra=c-8")
    let coarse = FrameAssembler.CIE(codeAlignment: .max)
    #expect(run([0x42, 0x0E, 16], cie: coarse, at: 15) == "rsp+8 ra=c-8")
  }

  @Test func setLocationGoesForwardOnly() {
    // The operand of DW_CFA_set_loc is pc-relative like the FDE's start.
    func code(_ target: UInt64) -> [UInt8] {
      var section = FrameAssembler()
      let cie = section.cie()
      let place = UInt64(section.bytes.count) + 4 + 4 + 8 + 1 + 1
      let operand = FrameAssembler.little(UInt32(truncatingIfNeeded: target &- (section.address + place)))
      return [0x01] + operand + [0x0E, 16]
    }
    #expect(run(code(0x1008), at: 7) == "rsp+8 ra=c-8")
    #expect(run(code(0x1008), at: 8) == "rsp+16 ra=c-8")
    #expect(run(code(0x0FFF)) == "needsFallback")
  }

  @Test func onlyWhatFollowsTheUnknownIsHandedOn() {
    let code: [UInt8] = [0x44, 0x0E, 16, 0x44, 0x86, 2, 0x3D, 0x44]
    #expect(run(code, at: 3) == "rsp+8 ra=c-8")
    #expect(run(code, at: 7) == "rsp+16 ra=c-8")
    #expect(run(code, at: 8) == "needsFallback")
    #expect(run(code, at: 15) == "needsFallback")
  }

  @Test func anExpressionIsHandedOnUntilTheNextRule() {
    // DW_CFA_def_cfa_expression (DW_OP_breg7 8; DW_OP_breg9 0; DW_OP_plus), then DW_CFA_def_cfa
    let code: [UInt8] = [0x42, 0x0F, 5, 0x77, 8, 0x79, 0, 0x22, 0x42, 0x0C, 6, 16]
    #expect(run(code, at: 1) == "rsp+8 ra=c-8")
    #expect(run(code, at: 2) == "needsFallback")
    #expect(run(code, at: 4) == "rbp+16 ra=c-8")
  }

  @Test func rememberedStatesAreBounded() {
    let deep = CallFrameMachine.stackLimit
    let balanced = [UInt8](repeating: 0x0A, count: deep) + [0x0E, 16] + [UInt8](repeating: 0x0B, count: deep)
    #expect(run(balanced) == "rsp+8 ra=c-8")
    #expect(run([UInt8](repeating: 0x0A, count: deep + 1)) == "needsFallback")
  }

  @Test func rulesOfManyRowsAreFoundInFunctionsOfAnySize() {
    for step: UInt64 in [1, 40, 0x1_0000] {
      var code: [UInt8] = []
      for row in 1...200 {
        code += [0x04] + FrameAssembler.little(UInt32(step)) + [0x0E] + FrameAssembler.uleb(UInt64(8 * row))
      }
      var section = FrameAssembler()
      section.fde(section.cie(), start: 0x100_0000, length: step * 201, code)
      var table = section.table()
      for row in UInt64(1)...200 {
        #expect(table.text(at: 0x100_0000 + row * step) == "rsp+\(8 * row) ra=c-8")
        #expect(table.text(at: 0x100_0000 + row * step + step - 1) == "rsp+\(8 * row) ra=c-8")
        let expected = 0x100_0000 + row * step..<0x100_0000 + row * step + step
        guard case .row(let found) = table.row(at: expected.lowerBound) else {
          Issue.record("no row")
          continue
        }
        // The first row's rule is the same as what the function starts with.
        #expect(found.range.upperBound == expected.upperBound)
        #expect(row == 1 || found.range == expected)
      }
    }
  }
}
