import ProfileModel

@testable import UnwindTables

/// A rule in the notation of `readelf --debug-dump=frames-interp`: `rsp+16`, `c-24`, `exp`, `u`.
struct RuleText {
  let rule: UnwindRule
  let architecture: Architecture

  static let x86Names = [
    "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ra",
  ]

  static let i386Names = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "ra"]

  /// The name that readelf gives a DWARF number.
  static func name(_ number: Int, _ architecture: Architecture) -> String {
    switch architecture {
    case .x86_64: x86Names[number]
    case .i386: i386Names[number]
    case .aarch64: number == 31 ? "sp" : number == 32 ? "ra" : "x\(number)"
    }
  }

  var cfa: String {
    guard rule.kind == .registerOffset else { return "exp" }
    let offset = rule.cfaOffset
    return Self.name(rule.cfaRegister, architecture) + (offset < 0 ? "\(offset)" : "+\(offset)")
  }

  /// The text for a register, by its DWARF number; `u` when the rule says nothing about it.
  func register(_ number: Int) -> String {
    guard let slot = FrameConventions.of(architecture).slot(ofRegister: UInt64(number)),
      rule.changedSlots >> slot & 1 == 1, rule.slotWords(slot) != UnwindRule.undefinedSlot
    else { return "u" }
    let offset = rule.slotWords(slot) * Int(architecture.wordSize)
    let isCFA = rule.savesAreRelativeToCFA || (slot == 0 && rule.flags.contains(.returnAddressRelativeToCFA))
    if isCFA { return "c\(offset < 0 ? "" : "+")\(offset)" }
    if rule.kind == .registerOffset, rule.saveBaseRegister == rule.cfaRegister {
      return "c\(offset - Int(rule.cfaOffset) < 0 ? "" : "+")\(offset - Int(rule.cfaOffset))"
    }
    return "exp"
  }

  var returnAddress: String {
    if rule.isRoot { return "u" }
    if rule.flags.contains(.returnAddressInRegister) {
      return rule.returnAddressRegister == 30 ? "u" : Self.name(rule.returnAddressRegister, architecture)
    }
    return register(Int(FrameConventions.of(architecture).returnAddressColumn))
  }
}
