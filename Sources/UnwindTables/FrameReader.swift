import BinaryReading

/// Reads entries of a section; holds what is worth keeping between them.
struct FrameReader: Sendable {
  private let conventions: FrameConventions
  private var machine = CallFrameMachine()
  /// CIEs by a hash of their offset. Few sections have more than a handful; none makes us keep more.
  private var cies: [CommonInformationEntry?] = Array(repeating: nil, count: 64)

  init(conventions: FrameConventions) { self.conventions = conventions }

  /// Reads the FDE at `offset`, and its CIE into `cies`; nil when there is none or it is malformed.
  mutating func function(at offset: Int, in section: FrameSection) -> (cie: Int, fde: FrameDescriptionEntry)? {
    guard let entry = try? FrameEntry(at: offset, of: section.kind, in: section.bytes.rawSpan) else { return nil }
    return function(entry, in: section)
  }

  /// Reads the rest of an FDE, and its CIE into `cies`; nil when the entry is none or malformed.
  mutating func function(_ entry: FrameEntry, in section: FrameSection) -> (cie: Int, fde: FrameDescriptionEntry)? {
    guard case .fde(let pointer) = entry.role, let position = loadCIE(at: pointer, in: section),
      let cie = cies[position], let fde = try? FrameDescriptionEntry(entry, cie: cie, in: section)
    else { return nil }
    return (position, fde)
  }

  private mutating func loadCIE(at offset: Int, in section: FrameSection) -> Int? {
    let position = (offset >> 2) & (cies.count - 1)
    if cies[position]?.offset == offset { return position }
    let cie = try? CommonInformationEntry(at: offset, in: section, conventions: conventions, machine: &machine)
    guard let cie else { return nil }
    cies[position] = cie
    return position
  }

  /// Decodes the function whose FDE is at `offset`; nil when there is none there or it describes another function.
  mutating func decode(at offset: Int, start: UInt64, in section: FrameSection, into store: inout RowStore)
    -> RowStore.Block?
  {
    guard let (position, fde) = function(at: offset, in: section), fde.start == nil || fde.start == start,
      let cie = cies[position]
    else { return nil }
    store.begin(isSignalFrame: cie.isSignalFrame)
    guard cie.isUnderstood, let length = UInt32(exactly: fde.length),
      !start.addingReportingOverflow(fde.length).overflow
    else {
      store.handOn(from: 0)
      return store.finish(length: UInt32(clamping: fde.length), offset: offset)
    }
    let unknown = machine.run(
      fde, cie: cie, start: start, section: section, conventions: conventions, into: &store)
    if let unknown { store.handOn(from: unknown) }
    return store.finish(length: length, offset: offset)
  }
}
