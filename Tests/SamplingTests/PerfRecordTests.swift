import BinaryReading
import CLinuxPerf
import ProfileModel
import Testing

@testable import Sampling

@Suite struct PerfRecordTests {
  private func parse(_ record: RecordBytes) throws -> PerfRecord {
    let bytes = record.bytes()
    return try PerfRecord.parse(type: record.type, misc: record.misc, bytes: bytes.rawSpan)
  }

  @Test func readsMappings() throws {
    #expect(
      try parse(.mmap2(start: 0x1000, length: 0x3000, path: "/lib/libc.so.6", time: 5))
        == .event(
          .mapped(
            pid: 7,
            Mapping(
              start: 0x1000, end: 0x4000, fileOffset: 0x2000, device: .init(major: 8, minor: 1), inode: 99,
              path: "/lib/libc.so.6"), time: 5)))
  }

  @Test func passesOverMappingsThatHoldNoCodeOrCannotBe() throws {
    #expect(try parse(.mmap2(start: 0x1000, length: 0x3000, protection: 3, path: "/x", time: 5)) == .ignored)
    #expect(try parse(.mmap2(start: 0x1000, length: 0, path: "/x", time: 5)) == .ignored)
    #expect(try parse(.mmap2(start: .max - 1, length: 0x3000, path: "/x", time: 5)) == .ignored)
  }

  @Test func readsBuildIDsNoLongerThanTheirField() throws {
    var record = RecordBytes.mmap2(start: 0x1000, length: 0x1000, path: "//anon", time: 5)
    record.misc = UInt16(PERF_RECORD_MISC_MMAP_BUILD_ID)
    record.body[32] = 200
    for position in 0..<20 { record.body[36 + position] = UInt8(position) }
    guard case .event(.mapped(_, let mapping, _)) = try parse(record) else { throw Failure() }
    #expect(mapping.buildID?.bytes == Array(0..<20))
    #expect(mapping.path == "")
    #expect(mapping.inode == 0)
  }

  @Test func readsNamesForksAndExits() throws {
    #expect(
      try parse(.comm(name: "worker 1", isExec: true, time: 9))
        == .event(.renamed(pid: 7, tid: 8, name: "worker 1", isExec: true, time: 9)))
    #expect(try parse(.exit(pid: 3, tid: 4, time: 10)) == .event(.exited(pid: 3, tid: 4, time: 10)))
    var fork = RecordBytes(PERF_RECORD_FORK.rawValue)
    fork.add(Int32(20), Int32(10), Int32(21), Int32(11), UInt64(6))
    fork.addTrailer(time: 6)
    #expect(try parse(fork) == .event(.forked(pid: 20, tid: 21, parentPID: 10, parentTID: 11, time: 6)))
  }

  @Test func countsLossAndThrottling() throws {
    var lost = RecordBytes(PERF_RECORD_LOST.rawValue)
    lost.add(UInt64(1), UInt64(17))
    lost.addTrailer(time: 2)
    #expect(try parse(lost) == .lost(17, time: 2))
    var samples = RecordBytes(PERF_RECORD_LOST_SAMPLES.rawValue)
    samples.add(UInt64(4))
    samples.addTrailer(time: 3)
    #expect(try parse(samples) == .lost(4, time: 3))
    var throttle = RecordBytes(PERF_RECORD_THROTTLE.rawValue)
    throttle.add(UInt64(1), UInt64(2), UInt64(3))
    throttle.addTrailer(time: 4)
    #expect(try parse(throttle) == .throttled(time: 4))
    var unknown = RecordBytes(4711)
    unknown.addTrailer(time: 4)
    #expect(try parse(unknown) == .ignored)
  }

  @Test func refusesRecordsThatEndInTheirFields() {
    #expect(throws: BinaryReadingError.self) { try parse(RecordBytes(PERF_RECORD_COMM.rawValue)) }
    for type in [PERF_RECORD_MMAP2, PERF_RECORD_COMM, PERF_RECORD_FORK, PERF_RECORD_EXIT, PERF_RECORD_LOST] {
      var record = RecordBytes(type.rawValue)
      record.addTrailer(time: 1)
      #expect(throws: BinaryReadingError.self) { try parse(record) }
    }
    // A name without its zero would run on into the trailer.
    var record = RecordBytes(PERF_RECORD_COMM.rawValue)
    record.add(Int32(1), Int32(1), UInt64.max)
    record.addTrailer(time: 1)
    #expect(throws: BinaryReadingError.unterminatedString(offset: 16)) { try parse(record) }
  }

  private struct Failure: Error {}
}
