extension RandomAccessCollection {
  /// The index of the first element that is behind a border, or `endIndex`: the one binary search of all sorted rows.
  ///
  ///     isBehind   no  no  no  no │ yes yes yes
  ///                               └ the index returned
  ///
  /// Of rows that are not elements of one collection (columns, packed words, rows found by a permutation), the range of
  /// their positions is searched: `(0..<count).partitionPoint { starts[$0] > address }`.
  ///
  /// Rows that are not sorted, as hostile ones may be, give some index, after as many steps as ever.
  ///
  /// - Parameter isBehind: False for the elements before the border, true for those behind it.
  /// - Complexity: O(log *n*).
  @inlinable
  @inline(__always)
  package func partitionPoint(where isBehind: (Element) throws -> Bool) rethrows -> Index {
    var low = startIndex
    var rest = count
    // Invariant: what lies before `low` is before the border, and what lies `rest` from it or farther is behind it.
    while rest > 0 {
      let half = rest &>> 1
      let middle = index(low, offsetBy: half)
      if try isBehind(self[middle]) {
        rest = half
      } else {
        low = index(after: middle)
        rest &-= half &+ 1
      }
    }
    return low
  }

  /// The index of the range that holds a value, where elements are ranges in ascending order, none overlapping another.
  ///
  /// - Parameter bounds: An element's start, and its end, which is not part of it.
  /// - Complexity: O(log *n*).
  @inlinable
  @inline(__always)
  package func index<Bound: Comparable>(
    holding value: Bound, _ bounds: (Element) -> (start: Bound, end: Bound)
  ) -> Index? {
    let index = partitionPoint { bounds($0).end > value }
    return index < endIndex && bounds(self[index]).start <= value ? index : nil
  }
}
