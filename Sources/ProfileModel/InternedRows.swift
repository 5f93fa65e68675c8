/// Finds rows of a table again that were interned in it; the table may have others, and is the owner's.
///
/// A dictionary would hold each row a second time, and hash all of them anew whenever it grows.
package struct InternedRows: Sendable {
  @usableFromInline var rows: [UInt32] = []
  @usableFromInline var hashes: [UInt64] = []
  @usableFromInline var index = RowIndex()

  /// Of a table into which nothing was interned yet.
  @inlinable package init() {}

  /// The number of an equal row that was interned before, or of this one, which is added.
  ///
  /// - Complexity: O(1) expected.
  @inlinable package mutating func intern<Row: Hashable>(_ row: Row, in table: inout [Row]) -> Int {
    // Seeded anew in each run, as are the dictionaries'.
    let hash = UInt64(bitPattern: Int64(row.hashValue))
    if index.isOutdated(count: hashes.count) {
      let hashes = hashes
      index.update(count: hashes.count) { hashes[$0] }
    }
    switch index.place(hash: hash, equals: { hashes[$0] == hash && table[Int(rows[$0])] == row }) {
    case .row(let known): return Int(rows[known])
    case .slot(let slot):
      index.insert(hashes.count, slot: slot)
      rows.append(UInt32(truncatingIfNeeded: table.count))
      hashes.append(hash)
      table.append(row)
      return table.count - 1
    }
  }
}
