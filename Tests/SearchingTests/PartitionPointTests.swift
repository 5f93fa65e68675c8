import Testing

@testable import Searching

@Suite struct PartitionPointTests {
  @Test func `finds the border wherever it is`() {
    for count in 0...70 {
      for border in 0...count {
        var asked = 0
        let found = (0..<count).partitionPoint {
          asked += 1
          return $0 >= border
        }
        #expect(found == border)
        #expect(asked <= Int.bitWidth - count.leadingZeroBitCount)
      }
    }
  }

  @Test func `finds the first and the last of equal elements`() {
    let numbers = [1, 3, 3, 3, 8]
    #expect(numbers.partitionPoint { $0 >= 3 } == 1)
    #expect(numbers.partitionPoint { $0 > 3 } == 4)
    #expect(numbers.partitionPoint { $0 > 8 } == 5)
    #expect(numbers.partitionPoint { $0 >= 0 } == 0)
  }

  @Test func `indices are those of the slice that is searched`() {
    let numbers = [9, 1, 2, 5, 7, 0]
    #expect(numbers[1..<5].partitionPoint { $0 > 2 } == 3)
    #expect(numbers[1..<5].partitionPoint { $0 > 7 } == 5)
    #expect(numbers[2..<2].partitionPoint { $0 > 0 } == 2)
  }

  @Test func `what is not sorted ends the search as well`() {
    var seed: UInt64 = 42
    for count in 1...100 {
      let numbers = (0..<count).map { _ in
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return seed >> 56
      }
      #expect((0...count).contains(numbers.partitionPoint { $0 > 127 }), "seed 42")
    }
  }

  @Test func `finds the range that holds a value`() {
    let ranges: [Range<UInt64>] = [2..<4, 4..<5, 8..<8, 9..<12]
    func index(_ value: UInt64) -> Int? { ranges.index(holding: value) { ($0.lowerBound, $0.upperBound) } }
    #expect((0...13).map(index) == [nil, nil, 0, 0, 1, nil, nil, nil, nil, 3, 3, 3, nil, nil])
    #expect(index(.max) == nil)
  }

  @Test func `an error that is thrown while looking comes out`() {
    struct Failure: Error {}
    #expect(throws: Failure.self) { try [1, 2, 3].partitionPoint { _ in throw Failure() } }
  }
}
