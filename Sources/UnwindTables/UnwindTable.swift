public import ProfileModel

/// The unwind information of one image, decoded as it is asked for.
///
/// Addresses are stated ones, as in the file. Nothing is read beside the bytes given.
public struct UnwindTable: Sendable {
  /// The sections that tell how to unwind an image, and where they are.
  public struct Sections: Sendable {
    /// The bytes of `.eh_frame`; when the section's size is unknown, everything to the end of its segment.
    public var ehFrame: [UInt8]?
    /// Stated address of `.eh_frame`.
    public var ehFrameAddress: UInt64 = 0
    /// The bytes of `.eh_frame_hdr`, used during `init` only.
    public var ehFrameHeader: [UInt8]?
    /// Stated address of `.eh_frame_hdr`.
    public var ehFrameHeaderAddress: UInt64 = 0
    /// The (uncompressed) bytes of `.debug_frame`.
    public var debugFrame: [UInt8]?
    /// What text-relative pointers count from: the address of `.text`.
    public var textAddress: UInt64 = 0
    /// What data-relative pointers in `.eh_frame` count from: the address of `.got`.
    public var dataAddress: UInt64 = 0
    /// How wide the image's addresses are.
    public var addressSize = AddressSize.wide

    /// No sections.
    public init() {}
  }

  /// What the image runs on.
  public let architecture: Architecture
  private var ehFrame: FrameTable?
  private var debugFrame: FrameTable?
  /// `.debug_frame` as long as nothing had to be looked up in it.
  private var unreadDebugFrame: FrameSection?

  /// A table over these sections.
  ///
  /// - Complexity: O(n) for n functions, of which only the table in `.eh_frame_hdr` is touched. Where that is missing or
  ///   wrong, all of `.eh_frame` is read once. `.debug_frame` is left alone until an address is in neither.
  public init(architecture: Architecture, sections: consuming Sections) {
    self.architecture = architecture
    let conventions = FrameConventions.of(architecture)
    if let bytes = sections.ehFrame {
      let bases = PointerBases(
        section: sections.ehFrameAddress, text: sections.textAddress, data: sections.dataAddress, function: nil,
        addressSize: sections.addressSize)
      let section = FrameSection(kind: .ehFrame, bytes: bytes, bases: bases)
      let header = sections.ehFrameHeader.map { (bytes: $0, address: sections.ehFrameHeaderAddress) }
      ehFrame = FrameTable(section: section, conventions: conventions, header: header)
    }
    if let bytes = sections.debugFrame {
      let bases = PointerBases(
        section: 0, text: sections.textAddress, data: sections.dataAddress, function: nil,
        addressSize: sections.addressSize)
      unreadDebugFrame = FrameSection(kind: .debugFrame, bytes: bytes, bases: bases)
    }
  }

  /// The rule for the frame at a stated lookup address; of the kind `.needsFallback` or `.uncovered` where there is
  /// none.
  ///
  /// Nothing is allocated when the function of the address was met before.
  public mutating func rule(at address: UInt64) -> UnwindRule {
    let rule = ehFrame?.rule(at: address) ?? .uncovered
    if rule.kind != .uncovered || !readDebugFrame() { return rule }
    return debugFrame?.rule(at: address) ?? rule
  }

  /// The row for the frame at a stated lookup address, with the range it holds for.
  public mutating func row(at address: UInt64) -> UnwindRowLookup {
    var row = ehFrame?.row(at: address)
    if row == nil || row?.rule.kind == .uncovered, readDebugFrame() { row = debugFrame?.row(at: address) ?? row }
    guard let row, row.rule.kind != .uncovered else { return .none }
    return row.rule.isApplicable ? .row(row) : .needsFallback
  }

  /// The function that the unwind information describes at a stated address, from its start to its end.
  public mutating func functionRange(containing address: UInt64) -> Range<UInt64>? {
    if let range = ehFrame?.functionRange(containing: address) { return range }
    return readDebugFrame() ? debugFrame?.functionRange(containing: address) : nil
  }

  /// Where all functions lie that the unwind information describes; in no particular order.
  ///
  /// - Complexity: O(n) for n functions, each of which is read.
  public mutating func functionRanges() -> [Range<UInt64>] {
    (ehFrame?.functionRanges() ?? []) + (readDebugFrame() ? debugFrame?.functionRanges() ?? [] : [])
  }

  /// Where the last function begins that the unwind information describes at or before a stated address, be the address
  /// in it or behind its end.
  public mutating func functionStart(before address: UInt64) -> UInt64? {
    let starts = [
      ehFrame?.functionStart(before: address), readDebugFrame() ? debugFrame?.functionStart(before: address) : nil,
    ]
    return starts.compactMap(\.self).max()
  }

  /// The stated address of the FDE in `.eh_frame` that describes the function at a stated address, and that function's
  /// start: what another unwinder needs when the image has no search table for it.
  public mutating func frameDescription(containing address: UInt64) -> (function: UInt64, address: UInt64)? {
    guard let found = ehFrame?.description(containing: address), let section = ehFrame?.section.bases.section else {
      return nil
    }
    return (found.start, section &+ UInt64(found.offset))
  }

  /// Indexes `.debug_frame` if that was not done; false when there is none.
  private mutating func readDebugFrame() -> Bool {
    if let section = unreadDebugFrame {
      debugFrame = FrameTable(section: section, conventions: .of(architecture), header: nil)
      unreadDebugFrame = nil
    }
    return debugFrame != nil
  }

  /// The memory held for indexes and rows, in bytes, beside the sections' own bytes.
  public var footprint: Int { (ehFrame?.footprint ?? 0) + (debugFrame?.footprint ?? 0) }
}
