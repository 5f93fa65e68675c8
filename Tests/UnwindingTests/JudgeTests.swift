import Foundation
import ProfileModel
import Testing
import UnwindTables

@testable import Unwinding

/// Unwinds samples of programs that nobody here wrote by tables and by libunwind; the chains must be the same.
///
/// Differences that are allowed, and why:
/// - In an epilogue that has popped registers, rules may still call them saved (compilers don't always say otherwise).
///   Tables leave the registers alone; libunwind reads what lies below the stack pointer, which is nobody's.
/// - While libgcc installs the registers of an exception's handler, it writes them over those that its caller has saved
///   (`uw_install_context_1`). On a rethrow one more function of libgcc stands above, and its frame pointer is gone. Both
///   stop there or one frame further, after the same frames: tables for a reason of their own, libunwind, where what was
///   written over is zero, as if the stack began there.
@Suite(.serialized) struct JudgeTests {
  @Test(arguments: RealProgram.all)
  func tablesAndLibunwindAgree(program: RealProgram) throws {
    try program.run { try judge(program, $0) }
  }

  private func judge(_ program: RealProgram, _ command: [String]) throws {
    let sampled = try SampledProcess(command, execs: program.execs)
    let tables = TestedUnwinder(options: .init(strategy: .tables))
    let libunwind = TestedUnwinder(options: .init(strategy: .libunwind, libunwindCacheRows: 1 << 14))
    var images = MappedImages(pid: sampled.pid)
    var again = MappedImages(pid: sampled.pid)
    let captures = try sampled.captures(60) {
      try images.update(tables)
      try again.update(libunwind)
    }
    #expect(captures.count > 10)
    var (rooted, explained, truncated) = (0, 0, [String]())
    for capture in captures {
      let (first, second) = (tables.chain(capture), libunwind.chain(capture))
      let isInstalling = images.isInstallingHandler(first)
      if first.end == .rooted {
        rooted += 1
      } else if !isInstalling {
        truncated.append("\(first.end) \(images.describe(first.addresses))")
      }
      if first == second { continue }
      explained += 1
      #expect(
        tables.isInEpilogue(capture) || isInstalling && first.addresses == second.addresses,
        "\(first.end) \(images.describe(first.addresses)) against \(second.end) \(images.describe(second.addresses))")
    }
    // Generated code has no unwind information, and tells nobody when its frame pointer is not one.
    let allowed = program.testDescription == "Node.js" ? captures.count / 20 : 0
    #expect(truncated.count <= allowed, "\(truncated.count) of \(captures.count): \(truncated.first ?? "")")
    #expect(rooted >= captures.count * 4 / 5)
    print("\(program.testDescription): \(captures.count) stacks, \(rooted) rooted, \(explained) explained differences")
  }
}

extension MappedImages {
  /// Whether a chain ends in libgcc, which it has not left since the leaf, or in the function that called it.
  func isInstallingHandler(_ chain: Chain) -> Bool {
    let frames = describe(chain.addresses).split(separator: " ")
    let behind = frames.drop { $0.hasPrefix("libgcc_s.so") }
    return chain.end != .rooted && behind.count < frames.count && behind.count <= 1
  }
}

extension TestedUnwinder {
  /// Whether the leaf's rule places a saved register below the stack pointer.
  func isInEpilogue(_ capture: StackCapture) -> Bool {
    let chain = chain(capture)
    guard let leaf = chain.frames.first, let rule = context.image(leaf.module)?.rule(at: leaf.statedLookupAddress),
      rule.kind == .registerOffset, rule.savesAreRelativeToCFA
    else { return false }
    let sp = capture.registers[UserRegisters.stackPointer(.host)]
    let cfa = capture.registers[rule.cfaRegister] &+ UInt64(bitPattern: Int64(rule.cfaOffset))
    return (1..<UnwindRule.slotCount).contains { slot in
      rule.changedSlots & (1 << slot) != 0 && rule.slotWords(slot) != UnwindRule.undefinedSlot
        && cfa &+ UInt64(bitPattern: Int64(rule.slotWords(slot) * 8)) < sp
    }
  }
}
