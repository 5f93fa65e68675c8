import Searching

/// What lay where and when: ranges of addresses, which may overlap, each with a value and the time for which it holds.
package struct TimedRanges<Value> {
  /// A range, from `since` until before `until`, CLOCK_MONOTONIC in nanoseconds; the greatest number is never.
  package struct Element {
    /// Where it lies.
    package var range: Range<UInt64>
    /// From when on.
    package var since: UInt64
    /// Until when.
    package var until: UInt64
    /// What lies there.
    package var value: Value

    /// A range and what lies there.
    package init(range: Range<UInt64>, since: UInt64, until: UInt64, value: Value) {
      (self.range, self.since, self.until, self.value) = (range, since, until, value)
    }
  }

  /// By start.
  private var elements: [Element]
  /// For each element the greatest end up to there, which bounds the search.
  private var reach: [UInt64] = []

  /// Elements looked at for one address.
  private static var searchLimit: Int { 256 }

  /// Takes elements in any order.
  package init(_ elements: [Element] = []) {
    self.elements = elements.sorted {
      ($0.range.lowerBound, $0.range.upperBound, $0.since) < ($1.range.lowerBound, $1.range.upperBound, $1.since)
    }
    reach.reserveCapacity(elements.count)
    for element in self.elements { reach.append(max(reach.last ?? 0, element.range.upperBound)) }
  }

  /// Whether there is nothing.
  package var isEmpty: Bool { elements.isEmpty }

  /// The first answer that `body` has for what lay at an address at a time, the range that begins last being asked first.
  package func first<Result>(at address: UInt64, time: UInt64, _ body: (Value) -> Result?) -> Result? {
    var index = elements.partitionPoint { $0.range.lowerBound > address } - 1
    var budget = Self.searchLimit
    while index >= 0, budget > 0, reach[index] > address {
      let element = elements[index]
      let isThen = element.since <= time && (time < element.until || element.until == .max)
      if isThen, element.range.contains(address), let result = body(element.value) { return result }
      (index, budget) = (index - 1, budget - 1)
    }
    return nil
  }
}
