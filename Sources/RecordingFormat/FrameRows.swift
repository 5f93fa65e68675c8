import ProfileModel

/// The places that recorded stacks go through, before they have names: a module and an address in it, or a marker.
///
/// Stored as columns; a row's index is what `StackTable` holds.
package struct FrameRows: Sendable {
  /// Index of the module plus 1; 0 for a marker, whose index is in `addresses`.
  package private(set) var modules: [UInt32] = []
  /// Stated addresses in lookup form.
  package private(set) var addresses: [UInt64] = []
  /// Whether the frame is an async function that awaits what is called: it's another than the same place on a stack.
  package private(set) var areAsyncCallers: [Bool] = []
  private var index = RowIndex()

  /// How many frames there are.
  package var count: Int { modules.count }

  /// The index of a frame; added when new. O(1) expected.
  mutating func intern(module: UInt32, address: UInt64, isAsyncCaller: Bool = false) -> UInt32 {
    if index.isOutdated(count: modules.count) { updateIndex() }
    switch index.place(
      hash: Self.hash(module, address, isAsyncCaller),
      equals: { addresses[$0] == address && modules[$0] == module && areAsyncCallers[$0] == isAsyncCaller })
    {
    case .row(let row): return UInt32(truncatingIfNeeded: row)
    case .slot(let slot):
      index.insert(modules.count, slot: slot)
      append(module: module, address: address, isAsyncCaller: isAsyncCaller)
      return UInt32(truncatingIfNeeded: count - 1)
    }
  }

  private mutating func updateIndex() {
    let (modules, addresses, areAsyncCallers) = (modules, addresses, areAsyncCallers)
    index.update(count: modules.count) { Self.hash(modules[$0], addresses[$0], areAsyncCallers[$0]) }
  }

  private static func hash(_ module: UInt32, _ address: UInt64, _ isAsyncCaller: Bool) -> UInt64 {
    RowIndex.hash(address, UInt64(module) | (isAsyncCaller ? 1 << 32 : 0))
  }

  /// Adds a row as it was read, without looking for an equal one.
  mutating func append(module: UInt32, address: UInt64, isAsyncCaller: Bool = false) {
    modules.append(module)
    addresses.append(address)
    areAsyncCallers.append(isAsyncCaller)
  }
}
