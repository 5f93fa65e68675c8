import BinaryReading

/// The functions of one section, each decoded when it is first asked for.
struct FrameTable: Sendable {
  let section: FrameSection
  let conventions: FrameConventions
  private(set) var index: DescribedFunctions
  /// Whether every function of the section is in the index; what it doesn't cover is then really not covered.
  private(set) var isComplete: Bool
  /// Whether the index is the linker's, which is believed as long as the FDEs agree with it.
  private(set) var usesHeader: Bool
  /// Whether the linker's index was compared with the section when it first had nothing to say.
  private var isCounted = false
  private var store: RowStore
  private var reader: FrameReader

  /// How many functions that start before an address are asked whether they cover it.
  private static let overlapLimit = 16

  /// A table over `section`, whose functions are those of `header` if it makes sense.
  init(section: FrameSection, conventions: FrameConventions, header: (bytes: [UInt8], address: UInt64)?) {
    self.section = section
    self.conventions = conventions
    reader = FrameReader(conventions: conventions)
    store = RowStore(conventions: conventions)
    let listed = header.flatMap { header in
      EHFrameHeader(
        bytes: header.bytes.rawSpan, address: header.address, addressSize: section.bases.addressSize)?
        .index(bytes: header.bytes.rawSpan, address: header.address, section: section)
    }
    if let listed {
      (index, isComplete, usesHeader) = (listed, true, true)
    } else {
      (index, isComplete) = reader.scan(section)
      usesHeader = false
    }
  }

  /// The rule for the frame at an address.
  mutating func rule(at address: UInt64) -> UnwindRule {
    // The usual case first: the function that starts last before the address covers it and was decoded before.
    if let relative = index.relative(address), let position = index.lastEntry(at: relative),
      case .block(let block) = index.content(position)
    {
      let location = relative &- index.start(position)
      if location < store.length(block) { return store.rule(in: block, at: location) }
    }
    guard let (block, location) = find(address) else { return isComplete ? .uncovered : .needsFallback }
    return store.rule(in: block, at: location)
  }

  /// The row for the frame at an address.
  mutating func row(at address: UInt64) -> UnwindRow {
    guard let (block, location) = find(address) else {
      return UnwindRow(range: address..<address, rule: isComplete ? .uncovered : .needsFallback)
    }
    let extent = store.extent(in: block, at: location)
    let start = address &- UInt64(location)
    let lower = start &+ UInt64(extent.lowerBound)
    let upper = start &+ UInt64(extent.upperBound)
    return UnwindRow(
      range: lower <= upper ? lower..<upper : lower..<lower, rule: store.rule(in: block, at: location))
  }

  /// The function that covers an address.
  mutating func functionRange(containing address: UInt64) -> Range<UInt64>? {
    guard let relative = index.relative(address), var position = index.lastEntry(at: relative) else { return nil }
    for _ in 0..<Self.overlapLimit {
      let start = index.origin &+ UInt64(index.start(position))
      let length: UInt64
      switch index.content(position) {
      case .block(let block): length = UInt64(store.length(block))
      case .entry(let offset):
        let fde = reader.function(at: offset, in: section)?.fde
        length = fde?.start == nil || fde?.start == start ? fde?.length ?? 0 : 0
      }
      if address &- start < length {
        let (end, overflow) = start.addingReportingOverflow(length)
        return overflow ? nil : start..<end
      }
      guard position > 0 else { return nil }
      position -= 1
    }
    return nil
  }

  /// Where all functions lie.
  mutating func functionRanges() -> [Range<UInt64>] {
    var ranges: [Range<UInt64>] = []
    for position in index.entries.indices {
      let start = index.origin &+ UInt64(index.start(position))
      let length: UInt64
      switch index.content(position) {
      case .block(let block): length = UInt64(store.length(block))
      case .entry(let offset): length = reader.function(at: offset, in: section)?.fde.length ?? 0
      }
      let (end, overflow) = start.addingReportingOverflow(length)
      if length > 0, !overflow { ranges.append(start..<end) }
    }
    return ranges
  }

  /// Where the last function at or before an address starts.
  func functionStart(before address: UInt64) -> UInt64? {
    guard let relative = index.relative(address), let position = index.lastEntry(at: relative) else { return nil }
    return index.origin &+ UInt64(index.start(position))
  }

  /// Where the function that covers an address starts, and the offset of its FDE in the section.
  mutating func description(containing address: UInt64) -> (start: UInt64, offset: Int)? {
    guard let (block, location) = find(address) else { return nil }
    return (address &- UInt64(location), store.offset(block))
  }

  /// The decoded function that covers an address, and how far into it the address is.
  private mutating func find(_ address: UInt64) -> (block: RowStore.Block, location: UInt32)? {
    if let found = search(address) { return found }
    guard usesHeader, !isCounted else { return nil }
    isCounted = true
    guard FrameReader.countFunctions(section) > index.entries.count else { return nil }
    replaceIndex()
    return search(address)
  }

  private mutating func search(_ address: UInt64) -> (block: RowStore.Block, location: UInt32)? {
    guard let relative = index.relative(address), var position = index.lastEntry(at: relative) else { return nil }
    for _ in 0..<Self.overlapLimit {
      let block: RowStore.Block
      switch index.content(position) {
      case .block(let known): block = known
      case .entry(let offset):
        guard let decoded = decode(position, at: offset) else { return search(address) }
        block = decoded
      }
      let location = relative - index.start(position)
      if location < store.length(block) { return (block, location) }
      guard position > 0 else { return nil }
      position -= 1
    }
    return nil
  }
}

extension FrameTable {
  /// Decodes the function of an index entry; nil when the index turned out to be wrong and was replaced.
  private mutating func decode(_ position: Int, at offset: Int) -> RowStore.Block? {
    let start = index.origin &+ UInt64(index.start(position))
    guard var block = reader.decode(at: offset, start: start, in: section, into: &store) else {
      if usesHeader {
        replaceIndex()
        return nil
      }
      return handOn(position, at: offset, length: .max)
    }
    // Two functions at one address: believed only when they say the same.
    if position > 0, index.start(position - 1) == index.start(position) {
      let other: RowStore.Block? =
        switch index.content(position - 1) {
        case .block(let known): known
        case .entry(let offset): reader.decode(at: offset, start: start, in: section, into: &store)
        }
      if let other, store.length(other) > 0, !store.areEqual(block, other) {
        block = handOn(position, at: offset, length: max(store.length(block), store.length(other)))
      }
    }
    index.setBlock(block, at: position)
    return block
  }

  /// Leaves a whole function to the fallback.
  private mutating func handOn(_ position: Int, at offset: Int, length: UInt32) -> RowStore.Block {
    store.begin(isSignalFrame: false)
    store.handOn(from: 0)
    let block = store.finish(length: length, offset: offset)
    index.setBlock(block, at: position)
    return block
  }

  /// Gives up the linker's index for one of our own.
  private mutating func replaceIndex() {
    (index, isComplete) = reader.scan(section)
    usesHeader = false
    store = RowStore(conventions: conventions)
  }

  /// The memory held beside the section's own bytes.
  var footprint: Int { index.footprint + store.footprint }
  /// How many different rules were met so far.
  var ruleCount: Int { store.ruleCount }
}
