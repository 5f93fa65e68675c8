import BinaryReading
import ELF
import GoTables
import ProfileModel
import UnwindTables

/// The unwind information of one image, read when the first frame lies in it, and shared by all processes that map it.
final class UnwindImage {
  /// A section's bytes and where the file states them to be.
  struct Block {
    var address: UInt64
    var bytes: [UInt8]
  }

  /// Replaced by a copy of the same contents where the file may be rewritten.
  var image: ELFImage
  private var isLoaded = false
  private var storedFrame: Block?
  private var storedHeader: Block?
  private var storedTable: SearchTable?
  private var storedRules: UnwindTable?
  private var areRulesLoaded = false
  private var storedGoFunctions: GoFunctionTable?
  private lazy var symbols = FunctionSymbols(image)

  /// The file's name, for reasons that name the module.
  let name: String

  init(_ image: ELFImage) {
    self.image = image
    name = image.path.split(separator: "/").last.map(String.init) ?? image.path
  }

  /// Whether its rules speak of registers of `architecture`; nothing is known of an image for another processor.
  func isOf(_ architecture: Architecture) -> Bool {
    image.architecture == nil || image.architecture == architecture
  }

  /// `.eh_frame`.
  var frame: Block? {
    load()
    return storedFrame
  }

  /// `.eh_frame_hdr`.
  var header: Block? {
    load()
    return storedHeader
  }

  /// Where the binary search table of `.eh_frame_hdr` lies.
  var searchTable: SearchTable? {
    load()
    return storedTable
  }

  /// All of its rules; nil where there are none.
  var table: UnwindTable? {
    loadRules()
    return storedRules
  }

  /// Its rules, if a frame has asked for them.
  var tableIfRead: UnwindTable? { storedRules }

  /// The rule for a stated lookup address.
  func rule(at address: UInt64) -> UnwindRule {
    loadRules()
    switch goPlace(at: address) {
    case .outside: return storedRules?.rule(at: address) ?? .uncovered
    case .frame(let size, let savesFramePointer): return .frameX86_64(size: size, savesFramePointer: savesFramePointer)
    case .outermost: return .outermost
    case .callOfVDSO, .callOfC, .callback: return .uncovered
    }
  }

  /// What a Go program's own table says of a stated lookup address.
  func goPlace(at address: UInt64) -> GoFunctionTable.Place {
    loadRules()
    guard let storedGoFunctions, image.architecture == .x86_64 else { return .outside }
    return storedGoFunctions.placeX86_64(at: address) { address, count in
      try? image.read(address: address, count: count)
    }
  }

  /// Where the FDE of a function lies and where the function starts; stated addresses.
  func frameDescription(containing address: UInt64) -> (function: UInt64, address: UInt64)? {
    loadRules()
    return storedRules?.frameDescription(containing: address)
  }

  /// The bounds of the function at a stated address by the image's symbols; nil where none tells.
  func symbolRange(containing address: UInt64) -> Range<UInt64>? { symbols.range(containing: address) }

  /// The bounds of the function at a stated address by unwind information or symbols.
  func functionRange(containing address: UInt64) -> Range<UInt64>? {
    loadRules()
    return storedRules?.functionRange(containing: address) ?? symbols.range(containing: address)
  }

  /// Whether its rules come from `.debug_frame` alone, which nothing that runs depends on: some compilers get it wrong.
  var hasOnlyDebugFrame: Bool {
    loadRules()
    return frame == nil && storedGoFunctions == nil
  }

  /// Whether a function begins at a stated address, by unwind information or symbols.
  func isFunctionStart(_ address: UInt64) -> Bool {
    loadRules()
    return storedRules?.functionRange(containing: address)?.lowerBound == address || symbols.isStart(address)
  }

  private func loadRules() {
    guard !areRulesLoaded else { return }
    areRulesLoaded = true
    // Rewritten since it was opened: what it says now is not of the code that runs.
    guard image.fate != .rewritten else { return }
    storedRules = makeTable()
    storedGoFunctions = GoFunctionTable(image)
  }

  private func makeTable() -> UnwindTable? {
    guard let architecture = image.architecture else { return nil }
    var sections = UnwindTable.Sections()
    sections.ehFrame = frame?.bytes
    sections.ehFrameAddress = frame?.address ?? 0
    sections.ehFrameHeader = header?.bytes
    sections.ehFrameHeaderAddress = header?.address ?? 0
    if let section = image.section(named: ".debug_frame") {
      sections.debugFrame = try? image.contents(of: section, limit: Self.sizeLimit)
    }
    sections.textAddress = image.section(named: ".text")?.address ?? 0
    sections.dataAddress = image.section(named: ".got")?.address ?? 0
    sections.addressSize = image.addressSize
    return UnwindTable(architecture: architecture, sections: sections)
  }

  /// Bytes of unwind information that are still held.
  private static let sizeLimit: UInt64 = 512 << 20

  private func load() {
    guard !isLoaded else { return }
    isLoaded = true
    guard image.fate != .rewritten else { return }
    if let segment = image.segment(ofType: .ehFrameHeader), segment.fileSize <= Self.sizeLimit,
      let bytes = try? image.read(address: segment.virtualAddress, count: Int(segment.fileSize))
    {
      storedHeader = Block(address: segment.virtualAddress, bytes: bytes)
      storedTable = SearchTable(bytes.rawSpan, at: segment.virtualAddress)
    }
    if let section = image.section(named: ".eh_frame"), section.hasContents,
      let bytes = try? image.contents(of: section, limit: Self.sizeLimit)
    {
      storedFrame = Block(address: section.address, bytes: bytes)
    } else if let address = storedTable?.frameAddress {
      // Without section headers: from where the header points to, to the end of the segment.
      let count = min(image.bytesAvailable(at: address), Self.sizeLimit)
      if let bytes = try? image.read(address: address, count: Int(count)) {
        storedFrame = Block(address: address, bytes: bytes)
      }
    }
  }
}

/// The head of `.eh_frame_hdr` (LSB 5.0, section 10.6.2), in the one form that linkers write: `.eh_frame`'s address
/// pc-relative, the table sorted pairs of 32-bit offsets from the header's start.
struct SearchTable {
  /// Stated address of `.eh_frame`.
  var frameAddress: UInt64
  /// Pairs in the table; 0 when it is not in the usual form.
  var count: UInt64
  /// Where the pairs start, from the header's start.
  var offset: UInt64

  init?(_ bytes: RawSpan, at address: UInt64) {
    var cursor = ByteCursor(bytes)
    do throws(BinaryReadingError) {
      guard try cursor.read(UInt8.self) == 1 else { return nil }
      let frameEncoding: UInt8 = try cursor.read()
      let countEncoding: UInt8 = try cursor.read()
      let tableEncoding: UInt8 = try cursor.read()
      guard frameEncoding == 0x1B else { return nil }
      frameAddress = address &+ 4 &+ UInt64(bitPattern: Int64(try cursor.read(Int32.self)))
      (count, offset) = (0, 12)
      guard countEncoding == 0x03, tableEncoding == 0x3B else { return }
      count = min(UInt64(try cursor.read(UInt32.self)), UInt64(cursor.remaining / 8))
    } catch { return nil }
  }
}

extension UnwindImage {
  /// The word at a stated address in `.eh_frame_hdr` or `.eh_frame`; nil when none of its bytes lies there.
  ///
  /// libunwind reads aligned words, so the first and last may stick out; what sticks out reads as zero.
  func unwindInfoWord(at address: UInt64) -> UInt64? {
    frame?.word(at: address) ?? header?.word(at: address)
  }
}

extension UnwindImage.Block {
  fileprivate func word(at target: UInt64) -> UInt64? {
    let offset = Int64(bitPattern: target &- address)
    guard offset > -8, offset < bytes.count else { return nil }
    if offset >= 0, offset + 8 <= bytes.count { return try? bytes.rawSpan.load(at: Int(offset)) }
    var word: UInt64 = 0
    for index in 0..<8 where offset + Int64(index) >= 0 && offset + Int64(index) < bytes.count {
      word |= UInt64(bytes[Int(offset) + index]) << UInt64(8 * index)
    }
    return word
  }
}
