import BinaryReading
import CLinuxPerf
import ProfileModel
import Testing

@testable import Sampling

@Suite struct PerfRingTests {
  private func names(in ring: PerfRing) -> [String] {
    var names: [String] = []
    while ring.pendingBytes > 0 {
      let before = ring.pendingBytes
      ring.consume { type, misc, bytes in
        if case .event(.renamed(_, _, let name, _, _))? = try? PerfRecord.parse(type: type, misc: misc, bytes: bytes) {
          names.append(name)
        }
      }
      if ring.pendingBytes == before { break }
    }
    return names
  }

  @Test func readsRecordsWhereverTheEndSplitsThem() {
    // 48-byte records in a ring of 4,096: every start, and so every split, at multiples of 8.
    for start in stride(from: UInt64(4096 - 96), through: 4096, by: 8) {
      let ring = PerfRing(simulatedCapacity: 4096, start: start)
      let written = ["one", "two", "three", "four"]
      for (index, name) in written.enumerated() {
        ring.append(RecordBytes.comm(name: name, time: UInt64(index)).bytes())
      }
      ring.refresh()
      #expect(ring.nextTime == 0)
      #expect(names(in: ring) == written)
      #expect(ring.publishedTail == start + 4 * 48)
      #expect(ring.nextTime == .max)
    }
  }

  /// The kernel cuts dumps off at the end of the address space: what lies there is no multiple of 8 in 32-bit code.
  @Test func readsRecordsBehindOneOfOddLength() {
    for start in stride(from: UInt64(4096 - 160), through: 4096, by: 4) {
      let ring = PerfRing(simulatedCapacity: 4096, start: start)
      let sizes: [UInt16] = [52, 60, 57, 48, 52]
      for (time, size) in sizes.enumerated() {
        var record = [UInt8](repeating: 0, count: Int(size))
        record[0] = UInt8(PERF_RECORD_SAMPLE.rawValue)
        record[6] = UInt8(size)
        record[16] = UInt8(time)
        ring.append(record)
      }
      ring.refresh()
      var read: [(time: UInt64, size: Int, stated: UInt64?)] = []
      while ring.pendingBytes > 0, read.count <= sizes.count {
        let time = ring.nextTime
        ring.consume { _, _, bytes in read.append((time, bytes.byteCount, try? bytes.load(at: 16))) }
      }
      #expect(read.map(\.time) == [0, 1, 2, 3, 4])
      #expect(read.map(\.stated) == [0, 1, 2, 3, 4])
      #expect(read.map(\.size) == sizes.map(Int.init))
      #expect(ring.corruptions == 0)
    }
  }

  @Test func givesRoomBackRecordByRecord() {
    let ring = PerfRing(simulatedCapacity: 4096)
    ring.append(RecordBytes.comm(name: "a", time: 1).bytes())
    ring.append(RecordBytes.comm(name: "b", time: 2).bytes())
    ring.refresh()
    ring.consume { _, _, _ in #expect(ring.publishedTail == 0) }
    #expect(ring.publishedTail == 48)
    #expect(ring.nextTime == 2)
  }

  @Test func showsPendingRecordsWithoutTakingThem() {
    let ring = PerfRing(simulatedCapacity: 4096)
    for time in 1...3 { ring.append(RecordBytes.exit(tid: Int32(time), time: UInt64(time)).bytes()) }
    ring.refresh()
    var count = 0
    ring.forEachPending { type, _, _ in
      #expect(type == PERF_RECORD_EXIT.rawValue)
      count += 1
    }
    #expect(count == 3)
    #expect(ring.pendingBytes == 3 * 56)
  }

  @Test(arguments: [0, 4, 8, 16, 31, 33, 65_528])
  func passesOverAllOfARingThatMakesNoSense(size: Int) {
    let ring = PerfRing(simulatedCapacity: 4096)
    ring.append(RecordBytes.comm(name: "good", time: 1).bytes())
    ring.append(RecordBytes.comm(name: "bad", time: 2).bytes(size: size))
    ring.append(RecordBytes.comm(name: "unreachable", time: 3).bytes())
    ring.refresh()
    #expect(names(in: ring) == ["good"])
    #expect(ring.corruptions == 1)
    #expect(ring.pendingBytes == 0)
    // And goes on with what comes then.
    ring.append(RecordBytes.comm(name: "later", time: 4).bytes())
    ring.refresh()
    #expect(names(in: ring) == ["later"])
  }

  @Test func readersCountWhatIsWrong() {
    var reader = RecordReader(ringCapacity: 4096, start: 0, hasCallChain: false)
    var collector = Collector()
    reader.append(RecordBytes.sample(time: 5, stack: [1, 2, 3, 4, 5, 6, 7, 8], valid: 8).bytes())
    var cut = RecordBytes.sample(time: 6)
    cut.body.removeLast(8 * 10)
    reader.append(cut.bytes())
    reader.append(RecordBytes.exit(time: 1).bytes())
    reader.append(RecordBytes.exit(time: 9).bytes(size: 12))
    reader.read(handler: &collector)
    #expect(collector.samples.count == 1)
    #expect((reader.faults.late, reader.faults.malformed, reader.faults.corruptions) == (1, 1, 1))
  }

  @Test func survivesAnyBytes() {
    let seed: UInt64 = 0xF00D
    print("seed \(seed)")
    var generator = SeededGenerator(state: seed)
    for _ in 0..<300 {
      let ring = PerfRing(simulatedCapacity: 8192, start: UInt64.random(in: 0...UInt64.max, using: &generator) & ~7)
      for _ in 0..<20 {
        var bytes = RecordBytes.sample(stack: [UInt8](repeating: 1, count: 128)).bytes()
        if Bool.random(using: &generator) {
          bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        ring.append(bytes)
        ring.refresh()
        ring.forEachPending { _, _, bytes in #expect(bytes.byteCount <= 65_535) }
        if Bool.random(using: &generator) { ring.consume { _, _, _ in } }
        if ring.pendingBytes > 4096 { _ = names(in: ring) }
      }
    }
  }
}
