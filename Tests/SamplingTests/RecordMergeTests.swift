import BinaryReading
import Testing

@testable import Sampling

@Suite struct RecordMergeTests {
  private func ring(_ times: [UInt64], capacity: Int = 4096) -> PerfRing {
    let ring = PerfRing(simulatedCapacity: capacity)
    for time in times { ring.append(RecordBytes.exit(time: time).bytes()) }
    return ring
  }

  private func drain(_ merge: inout RecordMerge, _ rings: [PerfRing], until horizon: UInt64) -> [UInt64] {
    var times: [UInt64] = []
    merge.drain(rings, until: horizon) { _, _, bytes in
      times.append((try? bytes.load(at: bytes.byteCount - 16)) ?? 0)
    }
    return times
  }

  @Test func ordersRecordsOfSeveralRings() {
    var merge = RecordMerge()
    let rings = [ring([1, 4, 5, 9]), ring([2, 3, 8]), ring([]), ring([5, 6, 7, 10])]
    #expect(drain(&merge, rings, until: 100) == [1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10])
    #expect(merge.lateRecords == 0)
  }

  @Test func keepsWhatIsNewerThanTheHorizonInPlace() {
    var merge = RecordMerge()
    let rings = [ring([1, 5, 12]), ring([4, 11])]
    #expect(drain(&merge, rings, until: 10) == [1, 4, 5])
    rings[1].append(RecordBytes.exit(time: 13).bytes())
    #expect(drain(&merge, rings, until: 20) == [11, 12, 13])
  }

  @Test func handsLateRecordsOverAtOnceAndCountsThem() {
    var merge = RecordMerge()
    let rings = [ring([1, 8]), ring([2])]
    #expect(drain(&merge, rings, until: 10) == [1, 2, 8])
    rings[1].append(RecordBytes.exit(time: 5).bytes())
    #expect(drain(&merge, rings, until: 20) == [5])
    #expect(merge.lateRecords == 1)
  }

  @Test func doesNotHoldAFullRingBack() {
    var merge = RecordMerge()
    // 56-byte records: 40 of them fill more than half of 4,096 bytes.
    let rings = [ring((1...40).map { 1000 + $0 }), ring([2000])]
    let taken = drain(&merge, rings, until: 10)
    #expect(taken == (1...4).map { 1000 + $0 })
    #expect(rings[0].pendingBytes <= 2048)
    #expect(rings[1].pendingBytes == 56)
  }

  @Test func isNotBlockedByImpossibleTimes() {
    var merge = RecordMerge()
    let rings = [ring([.max, 3]), ring([1, 2])]
    #expect(drain(&merge, rings, until: .max) == [1, 2, .max, 3])
    #expect(merge.lateRecords == 1)
  }

  @Test func ordersAnyInterleaving() {
    let seed: UInt64 = 42
    print("seed \(seed)")
    var generator = SeededGenerator(state: seed)
    for _ in 0..<200 {
      var merge = RecordMerge()
      let rings = (0..<Int.random(in: 1...5, using: &generator)).map { _ in ring([]) }
      var time: UInt64 = 10
      var taken: [UInt64] = []
      var written: [UInt64] = []
      for _ in 0..<50 {
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
          time += UInt64.random(in: 0...3, using: &generator)
          written.append(time)
          rings.randomElement(using: &generator)?.append(RecordBytes.exit(time: time).bytes())
        }
        taken += drain(&merge, rings, until: time - UInt64.random(in: 0...5, using: &generator))
      }
      taken += drain(&merge, rings, until: .max)
      #expect(taken == written)
      #expect(merge.lateRecords == 0)
    }
  }
}
