import ProfileModel
import Testing

@testable import UnwindTables

/// The layouts that CIEs and FDEs can have.
@Suite struct SectionLayoutTests {
  static let usual = "rsp+8 ra=c-8"

  @Test(arguments: [UInt8(1), 3, 4]) func versions(version: UInt8) {
    for kind in [FrameSection.Kind.ehFrame, .debugFrame] {
      var section = FrameAssembler(kind: kind)
      let augmentation = kind == .ehFrame ? "zR" : ""
      let cie = section.cie(.init(version: version, augmentation: augmentation))
      section.fde(cie, start: 0x1000, length: 16, [0x44, 0x0E, 16])
      var table = section.table()
      #expect(table.text(at: 0x1003) == Self.usual)
      #expect(table.text(at: 0x100F) == "rsp+16 ra=c-8")
    }
  }

  @Test(arguments: [UInt8(0), 2, 5]) func unknownVersionsAreHandedOn(version: UInt8) {
    var section = FrameAssembler()
    section.fde(section.cie(.init(version: version)), start: 0x1000, length: 16)
    var table = section.table()
    #expect(table.text(at: 0x1000) == "needsFallback")
  }

  @Test func wideEntries() {
    for kind in [FrameSection.Kind.ehFrame, .debugFrame] {
      for hasLongID in [false, true] {
        var section = FrameAssembler(kind: kind)
        let augmentation = kind == .ehFrame ? "zR" : ""
        let cie = section.cie(.init(augmentation: augmentation, isWide: true, hasLongID: hasLongID))
        section.fde(cie, start: 0x1000, length: 16, [0x86, 2], isWide: true, hasLongPointer: hasLongID)
        section.fde(cie, start: 0x2000, length: 16, [0x86, 3], isWide: true, hasLongPointer: hasLongID)
        var table = section.table()
        #expect(table.text(at: 0x1000) == "rsp+8 ra=c-8 rbp=c-16")
        #expect(table.text(at: 0x200F) == "rsp+8 ra=c-8 rbp=c-24")
      }
    }
  }

  @Test func everyFunctionHasItsOwnCIE() {
    var section = FrameAssembler()
    let rsp = section.cie()
    let rbp = section.cie(.init(instructions: [0x0C, 6, 16, 0x90, 1]))
    section.fde(rbp, start: 0x1000, length: 16)
    section.fde(rsp, start: 0x2000, length: 16)
    section.fde(rbp, start: 0x3000, length: 16)
    var table = section.table()
    #expect(table.text(at: 0x1000) == "rbp+16 ra=c-8")
    #expect(table.text(at: 0x2000) == Self.usual)
    #expect(table.text(at: 0x3000) == "rbp+16 ra=c-8")
  }

  @Test func augmentations() {
    // Personality (pc-relative, indirect), LSDA encoding, FDE encoding, signal frame.
    var section = FrameAssembler()
    let data: [UInt8] = [0x9B, 1, 2, 3, 4, 0x1B, 0x1B]
    let cie = section.cie(.init(augmentation: "zPLRS", augmentationData: data))
    section.fde(cie, start: 0x1000, length: 16)
    // Without augmentation, addresses are absolute.
    let plain = section.cie(.init(augmentation: ""))
    section.fde(plain, start: 0, length: 0, hasAugmentationData: false) { _ in
      FrameAssembler.little(UInt64(0x2000)) + FrameAssembler.little(UInt64(16))
    }
    // GCC 2: "eh" and a pointer.
    let old = section.cie(.init(augmentation: "eh", codeAlignment: 1))
    var table = section.table()
    #expect(table.text(at: 0x1000) == Self.usual)
    #expect(table.rule(at: 0x1000).isSignalFrame)
    #expect(table.text(at: 0x2000) == Self.usual)
    #expect(!table.rule(at: 0x2000).isSignalFrame)
    _ = old
  }

  @Test func unknownAugmentationsAreHandedOn() {
    var section = FrameAssembler()
    section.fde(section.cie(.init(augmentation: "zRX")), start: 0x1000, length: 16)
    section.fde(section.cie(.init(augmentation: "armcc+")), start: 0x2000, length: 16)
    section.fde(section.cie(.init(column: 15)), start: 0x3000, length: 16)
    var table = section.table()
    #expect(table.text(at: 0x1000) == "needsFallback")
    #expect(table.text(at: 0x2000) == "needsFallback")
    #expect(table.text(at: 0x3000) == "needsFallback")
    // A function in an entry that can't be read may be anywhere.
    #expect(table.text(at: 0x9000) == "needsFallback")
  }

  @Test(
    arguments: [
      (0x00, "absolute 8"), (0x02, "absolute u2"), (0x03, "absolute u4"), (0x04, "absolute u8"), (0x08, "absolute s8"),
      (0x0A, "absolute s2"), (0x0B, "absolute s4"), (0x0C, "absolute s8"), (0x01, "uleb"), (0x09, "sleb"),
      (0x1B, "pc s4"), (0x1C, "pc s8"), (0x10, "pc 8"), (0x2B, "text s4"), (0x3B, "data s4"), (0x3C, "data s8"),
      (0x50, "aligned"),
    ] as [(UInt8, String)]) func pointerEncodings(encoding: UInt8, name: String)
  {
    var section = FrameAssembler()
    let cie = section.cie(.init(augmentationData: [encoding]))
    section.fde(cie, start: 0, length: 0) { field in
      var bytes: [UInt8] = []
      if encoding == 0x50 { bytes += Array(repeating: 0xEE, count: Int((8 - field % 8) % 8)) }
      let base: UInt64 =
        switch encoding & 0x70 {
        case 0x10: field
        case 0x20: 0x400
        case 0x30: 0x500
        default: 0
        }
      for value in [0x1000 &- base, 16] {
        switch encoding & 0x0F {
        case 0x01: bytes += FrameAssembler.uleb(value)
        case 0x09: bytes += FrameAssembler.sleb(Int64(bitPattern: value))
        case 0x02, 0x0A: bytes += FrameAssembler.little(UInt16(truncatingIfNeeded: value))
        case 0x03, 0x0B: bytes += FrameAssembler.little(UInt32(truncatingIfNeeded: value))
        default: bytes += FrameAssembler.little(value)
        }
      }
      return bytes
    }
    var sections = section.sections
    sections.textAddress = 0x400
    sections.dataAddress = 0x500
    var table = UnwindTable(architecture: .x86_64, sections: sections)
    #expect(table.text(at: 0x1000) == Self.usual, "\(name)")
    #expect(table.text(at: 0x100F) == Self.usual, "\(name)")
    #expect(table.text(at: 0x1010) == "uncovered", "\(name)")
  }

  @Test(arguments: [UInt8(0x9B), 0x4B, 0x6B, 0x1D]) func startsThatTheFileDoesNotTell(encoding: UInt8) {
    // Indirect, function-relative, and two that no specification knows.
    var section = FrameAssembler()
    let first = section.fde(section.cie(.init(augmentationData: [encoding])), start: 0x1000, length: 16)
    let second = section.fde(section.cie(), start: 0x2000, length: 16)
    var table = section.table()
    #expect(table.text(at: 0x1000) == "needsFallback")
    #expect(table.text(at: 0x2000) == Self.usual)
    // An indirect one is placed by the linker's table.
    var sections = section.sections
    sections.ehFrameHeaderAddress = 0x8000
    sections.ehFrameHeader = section.header(at: 0x8000, [(0x1000, first), (0x2000, second)])
    var listed = UnwindTable(architecture: .x86_64, sections: sections)
    if encoding == 0x9B { #expect(listed.text(at: 0x1000) == Self.usual) }
    #expect(listed.text(at: 0x2000) == Self.usual)
  }

  @Test func zeroTerminatorsInside() {
    var section = FrameAssembler()
    let cie = section.cie()
    section.fde(cie, start: 0x1000, length: 16)
    section.raw([0, 0, 0, 0])
    section.fde(cie, start: 0x2000, length: 16)
    section.raw([0, 0, 0, 0])
    var table = section.table()
    #expect(table.text(at: 0x1000) == Self.usual)
    #expect(table.text(at: 0x2000) == Self.usual)
    #expect(table.text(at: 0x3000) == "uncovered")
  }

  @Test func debugFrameIsAskedWhereEHFrameIsSilent() {
    var debug = FrameAssembler(kind: .debugFrame)
    let cie = debug.cie(.init(version: 4, augmentation: ""))
    debug.fde(cie, start: 0x1000, length: 16, [0x86, 2])
    debug.fde(cie, start: 0x5000, length: 16, [0x86, 3])
    var eh = FrameAssembler()
    eh.fde(eh.cie(), start: 0x1000, length: 16, [0x86, 4])
    var sections = eh.sections
    sections.debugFrame = debug.bytes
    var table = UnwindTable(architecture: .x86_64, sections: sections)
    #expect(table.text(at: 0x1000) == "rsp+8 ra=c-8 rbp=c-32")
    #expect(table.text(at: 0x5000) == "rsp+8 ra=c-8 rbp=c-24")
    #expect(table.text(at: 0x6000) == "uncovered")
    #expect(table.functionRange(containing: 0x5001) == 0x5000..<0x5010)
    guard case .row(let row) = table.row(at: 0x5001) else {
      Issue.record("no row")
      return
    }
    #expect(row.range == 0x5000..<0x5010)
  }

  @Test func nothingAtAll() {
    var empty = UnwindTable(architecture: .x86_64, sections: .init())
    #expect(empty.rule(at: 0) == .uncovered)
    #expect(empty.row(at: .max) == .none)
    #expect(empty.functionRange(containing: 0) == nil)
    var sections = UnwindTable.Sections()
    sections.ehFrame = []
    sections.debugFrame = []
    sections.ehFrameHeader = []
    var hollow = UnwindTable(architecture: .aarch64, sections: sections)
    #expect(hollow.rule(at: 0) == .uncovered)
  }
}
