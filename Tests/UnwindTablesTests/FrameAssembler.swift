import ProfileModel

@testable import UnwindTables

/// Writes `.eh_frame` or `.debug_frame` byte by byte, as a compiler would or wouldn't.
struct FrameAssembler {
  var kind: FrameSection.Kind = .ehFrame
  /// Stated address of the section.
  var address: UInt64 = 0x10000
  private(set) var bytes: [UInt8] = []

  static func uleb(_ value: UInt64) -> [UInt8] {
    var value = value
    var result: [UInt8] = []
    repeat {
      let byte = UInt8(value & 0x7F)
      value >>= 7
      result.append(value == 0 ? byte : byte | 0x80)
    } while value != 0
    return result
  }

  static func sleb(_ value: Int64) -> [UInt8] {
    var value = value
    var result: [UInt8] = []
    while true {
      let byte = UInt8(truncatingIfNeeded: value & 0x7F)
      value >>= 7
      if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) { return result + [byte] }
      result.append(byte | 0x80)
    }
  }

  static func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    (0..<MemoryLayout<T>.size).map { UInt8(truncatingIfNeeded: value >> T(8 * $0)) }
  }

  /// How a CIE is written.
  struct CIE {
    var version: UInt8 = 1
    var augmentation = "zR"
    var augmentationData: [UInt8] = [0x1B]
    var codeAlignment: UInt64 = 1
    var dataAlignment: Int64 = -8
    var column: UInt64 = 16
    /// DW_CFA_def_cfa rsp+8, DW_CFA_offset rip at c-8
    var instructions: [UInt8] = [0x0C, 7, 8, 0x90, 1]
    var isWide = false
    /// Whether a 64-bit entry of `.eh_frame` has an 8-byte id.
    var hasLongID = false

    static let aarch64 = CIE(codeAlignment: 4, column: 30, instructions: [0x0C, 31, 0])
  }

  private mutating func entry(isWide: Bool, _ body: (_ idField: Int) -> [UInt8]) -> Int {
    let start = bytes.count
    let header = isWide ? 12 : 4
    let contents = body(start + header)
    bytes +=
      isWide ? Self.little(UInt32.max) + Self.little(UInt64(contents.count)) : Self.little(UInt32(contents.count))
    bytes += contents
    return start
  }

  /// Appends a CIE and tells where it is.
  mutating func cie(_ cie: CIE = CIE()) -> Int {
    let kind = kind
    return entry(isWide: cie.isWide) { _ in
      var body: [UInt8] =
        switch (kind, cie.isWide) {
        case (.ehFrame, _): Array(repeating: 0, count: cie.hasLongID ? 8 : 4)
        case (.debugFrame, true): Self.little(UInt64.max)
        case (.debugFrame, false): Self.little(UInt32.max)
        }
      body += [cie.version] + Array(cie.augmentation.utf8) + [0]
      if cie.version == 4 { body += [8, 0] }
      body += Self.uleb(cie.codeAlignment) + Self.sleb(cie.dataAlignment)
      body += cie.version == 1 ? [UInt8(cie.column)] : Self.uleb(cie.column)
      if cie.augmentation.hasPrefix("z") {
        body += Self.uleb(UInt64(cie.augmentationData.count)) + cie.augmentationData
      }
      return body + cie.instructions
    }
  }

  /// Appends an FDE of the CIE at `cie`; `place` overrides how start and length are written (pc-relative, 4 bytes).
  @discardableResult
  mutating func fde(
    _ cie: Int, start: UInt64, length: UInt64, _ instructions: [UInt8] = [], isWide: Bool = false,
    hasLongPointer: Bool = false, hasAugmentationData: Bool = true, place: ((_ field: UInt64) -> [UInt8])? = nil
  ) -> Int {
    let (kind, address) = (kind, address)
    return entry(isWide: isWide) { idField in
      var body: [UInt8]
      switch kind {
      case .ehFrame:
        body =
          hasLongPointer ? Self.little(UInt64(idField - cie)) : Self.little(UInt32(truncatingIfNeeded: idField - cie))
        let field = address + UInt64(idField + body.count)
        body += place?(field) ?? Self.little(UInt32(truncatingIfNeeded: start &- field)) + Self.little(UInt32(length))
        if hasAugmentationData { body += [0] }
      case .debugFrame:
        body = isWide ? Self.little(UInt64(cie)) : Self.little(UInt32(cie))
        body += Self.little(start) + Self.little(length)
      }
      return body + instructions
    }
  }

  /// Appends bytes as they are.
  mutating func raw(_ more: [UInt8]) { bytes += more }

  /// The sections of an image that has only this one.
  var sections: UnwindTable.Sections {
    var sections = UnwindTable.Sections()
    if kind == .ehFrame {
      sections.ehFrame = bytes
      sections.ehFrameAddress = address
    } else {
      sections.debugFrame = bytes
    }
    return sections
  }

  /// A table over this section alone.
  func table(_ architecture: Architecture = .x86_64) -> UnwindTable {
    UnwindTable(architecture: architecture, sections: sections)
  }

  /// A header in the usual form that lists these functions.
  func header(at headerAddress: UInt64, _ functions: [(start: UInt64, fde: Int)]) -> [UInt8] {
    var header: [UInt8] = [1, 0x1B, 0x03, 0x3B]
    header += Self.little(UInt32(truncatingIfNeeded: address &- (headerAddress + 4)))
    header += Self.little(UInt32(functions.count))
    for function in functions {
      header += Self.little(UInt32(truncatingIfNeeded: function.start &- headerAddress))
      header += Self.little(UInt32(truncatingIfNeeded: address + UInt64(function.fde) &- headerAddress))
    }
    return header
  }
}

extension UnwindTable {
  /// The rule at an address in readelf's notation, its parts separated by blanks: CFA, return address, then each
  /// register that changed.
  mutating func text(at address: UInt64) -> String {
    let rule = rule(at: address)
    guard rule.isApplicable else { return "\(rule.kind)" }
    let text = RuleText(rule: rule, architecture: architecture)
    var parts = [text.cfa, "ra=" + text.returnAddress]
    let numbers = RegisterSlots.of(architecture).numbers
    for slot in 1..<UnwindRule.slotCount where rule.changedSlots >> slot & 1 == 1 {
      let number = Int(numbers[slot])
      parts.append("\(RuleText.name(number, architecture))=\(text.register(number))")
    }
    return parts.joined(separator: " ")
  }
}
