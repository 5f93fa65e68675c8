import ProfileModel

/// The places that recorded stacks go through, before they have names: a module and an address in it, or a marker.
///
/// Stored as columns; a row's index is what `StackTable` holds.
package struct FrameRows: Sendable {
  /// Index of the module plus 1; 0 for a marker, whose index is in `addresses`.
  package private(set) var modules: [UInt32] = []
  /// Stated addresses in lookup form.
  package private(set) var addresses: [UInt64] = []
  private var index = RowIndex()

  /// How many frames there are.
  package var count: Int { modules.count }

  /// The index of a frame; added when new. O(1) expected.
  mutating func intern(module: UInt32, address: UInt64) -> UInt32 {
    if index.isOutdated(count: modules.count) { updateIndex() }
    switch index.place(
      hash: RowIndex.hash(address, UInt64(module)), equals: { addresses[$0] == address && modules[$0] == module })
    {
    case .row(let row): return UInt32(truncatingIfNeeded: row)
    case .slot(let slot):
      index.insert(modules.count, slot: slot)
      append(module: module, address: address)
      return UInt32(truncatingIfNeeded: count - 1)
    }
  }

  private mutating func updateIndex() {
    let (modules, addresses) = (modules, addresses)
    index.update(count: modules.count) { RowIndex.hash(addresses[$0], UInt64(modules[$0])) }
  }

  /// Adds a row as it was read, without looking for an equal one.
  mutating func append(module: UInt32, address: UInt64) {
    modules.append(module)
    addresses.append(address)
  }
}
