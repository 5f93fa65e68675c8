import ProfileModel
import RecordingSchema
import SwiftProtobuf
import Testing

@testable import RecordingFormat

/// What happened to processes and threads, from a recorder's log to a profile.
struct MarksTests {
  private func profile(_ chunks: [Recording_Chunk]) throws -> Profile {
    let plain = try chunks.map { try $0.serializedBytes() as [UInt8] }
    return try RecordingReader.read(RecordingReader.file(ofPlainChunks: plain), path: "test")
  }

  private func fork(_ number: Int, _ time: UInt64) -> ProfileMark {
    ProfileMark(
      .processBegan, time: time, numbers: .init(pid: Int32(number), tid: Int32(number)), parent: .init(pid: 1, tid: 2),
      name: "maker \(number % 7)")
  }

  @Test(arguments: [100, RecordingChunk.usualBytes]) func `marks come back as they were, in whatever chunks`(
    _ limit: Int
  ) throws {
    var log = RecordingLog()
    var marks: [ProfileMark] = []
    for number in 1...300 {
      var mark = fork(number, UInt64(number) * 1_000_000)
      if number % 3 == 0 { mark.kind = .exec }
      if number % 5 == 0 { (mark.name, mark.parent) = ("", .init()) }
      marks.append(mark)
      log.add(mark)
    }
    let first = log.takeChunks(RecordingCounters(), limit: limit).map(\.message)
    log.add(ProfileMark(.lost, time: 400_000_000, count: 17))
    marks.append(ProfileMark(.lost, time: 400_000_000, count: 17))
    let read = try profile(first + log.takeChunks(RecordingCounters(), limit: limit).map(\.message))
    #expect(read.marks == marks)
    #expect(read.metadata.isComplete == false)
    // What is kept for the picture is the same.
    var draft = ProfileDraft(RecordingHeader())
    var again = RecordingLog()
    for mark in marks { again.add(mark) }
    draft.add(again.takeWindow(RecordingCounters()))
    #expect(draft.profile(tables: RecordingTables(), trailer: RecordingTrailer())?.marks == marks)
  }

  @Test func `of too many events the number is kept`() throws {
    var log = RecordingLog()
    var chunks: [Recording_Chunk] = []
    let perWindow = 5000
    for window in 0..<12 {
      for number in 0..<perWindow { log.add(fork(1 + number, UInt64(window * perWindow + number) * 1000)) }
      log.add(ProfileMark(.lost, time: UInt64(window) * 1_000_000_000, count: 3))
      chunks += log.takeChunks(RecordingCounters()).map(\.message)
    }
    let marks = try profile(chunks).marks
    let began = marks.filter { $0.kind == .processBegan }
    #expect(began.reduce(0) { $0 + $1.count } == UInt64(12 * perWindow))
    #expect(began.count { !$0.isJoined } <= PendingMarks.most)
    #expect(began.count { $0.isJoined } == 12)
    #expect(marks.filter { $0.kind == .lost }.reduce(0) { $0 + $1.count } == 36)
    #expect(marks.count < PendingMarks.most + 30)
  }

  @Test func `losses that come together are one mark`() throws {
    var log = RecordingLog()
    for number in 0..<1000 { log.add(ProfileMark(.lost, time: UInt64(number) * 100_000, count: 2)) }
    let marks = try profile(log.takeChunks(RecordingCounters()).map(\.message)).marks
    #expect(marks.count == 10)
    #expect(marks.allSatisfy { $0.kind == .lost && $0.count == 200 })
  }

  @Test func `marks that contradict themselves end the recording, and unknown ones are left out`() throws {
    func chunk(_ change: (inout Recording_Chunk) -> Void) -> Recording_Chunk {
      .with {
        $0.header = .with { $0.command = ["x"] }
        $0.marks = .with {
          ($0.time, $0.kind, $0.pid, $0.tid, $0.name) = ([1, -5], [0, 5], [1, -1], [1, -1], [1, 0])
        }
        $0.markNames = ["name"]
        change(&$0)
      }
    }
    #expect(try profile([chunk { _ in }]).marks.map(\.count) == [1, 1])
    #expect(try profile([chunk { $0.marks.kind = [200, 70_000] }]).marks.isEmpty)
    for change: (inout Recording_Chunk) -> Void in [
      { $0.marks.kind = [0] }, { $0.marks.name = [2, 0] }, { $0.marks.count = [1] }, { $0.markNames = [] },
      { $0.marks.parentPid = [1, 2, 3] }, { $0.marks.tid = [] },
    ] {
      #expect(throws: RecordingError.self) { try profile([chunk(change)]) }
    }
    #expect(throws: RecordingError.self) {
      let bytes = RecordingReader.file(ofPlainChunks: [try chunk { _ in }.serializedBytes()])
      return try RecordingReader.read(bytes, path: "test", budget: ReadingBudget().limiting(.rows, to: 2))
    }
  }
}
