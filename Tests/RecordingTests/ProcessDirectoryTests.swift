import ProfileModel
import SwiftProtobuf
import Testing

@testable import Recording
@testable import RecordingFormat

/// Who lives, as far as records tell.
struct ProcessDirectoryTests {
  @Test func aProcessLivesAsLongAsAThreadThatWasNeverSampled() {
    var directory = ProcessDirectory()
    directory.begin(tid: 10, pid: 10, parentTID: 1)
    directory.begin(tid: 11, pid: 10, parentTID: 10)
    directory.begin(tid: 12, pid: 10, parentTID: 10)
    var log = RecordingLog()
    _ = directory.thread(11, of: 10, log: &log)
    // The first thread may end before the others.
    let isOver = [11, 10, 12].map { directory.end(tid: $0, pid: 10) }
    #expect(isOver == [false, false, true])
  }

  @Test func execLeavesOneThread() {
    var directory = ProcessDirectory()
    directory.begin(tid: 10, pid: 10, parentTID: 1)
    directory.begin(tid: 11, pid: 10, parentTID: 10)
    directory.rename(tid: 10, pid: 10, to: "other", isExec: true)
    let isOver = directory.end(tid: 10, pid: 10)
    #expect(isOver)
  }

  @Test func aNumberThatIsUsedAgainStartsAnew() {
    var directory = ProcessDirectory()
    directory.rename(tid: 10, pid: 10, to: "old", isExec: false)
    directory.rename(tid: 11, pid: 10, to: "old", isExec: false)
    directory.begin(tid: 10, pid: 10, parentTID: 1)
    // Of the second nothing was known.
    let isOver = [10, 99].map { directory.end(tid: $0, pid: $0) }
    #expect(isOver == [true, true])
  }

  /// What a reader finds of the rows that a log holds.
  private func read(_ log: inout RecordingLog) throws -> Profile {
    let bytes: [UInt8] = try log.takeChunks(RecordingCounters())[0].message.serializedBytes()
    return try RecordingReader.read(ChunkFraming.fileHeader + ChunkFraming.frame(bytes), path: "test")
  }

  @Test func eachNameOfAProcessIsARow() throws {
    var directory = ProcessDirectory()
    var log = RecordingLog()
    directory.rename(tid: 1, pid: 1, to: "sh", isExec: true)
    directory.begin(tid: 10, pid: 10, parentTID: 1)
    directory.begin(tid: 11, pid: 10, parentTID: 10)
    var rows = [directory.thread(10, of: 10, log: &log), directory.thread(11, of: 10, log: &log)]
    directory.rename(tid: 10, pid: 10, to: "gzip", isExec: true)
    rows.append(directory.thread(10, of: 10, log: &log))
    directory.rename(tid: 10, pid: 10, to: "sh", isExec: false)
    rows.append(directory.thread(10, of: 10, log: &log))
    #expect(rows.map(\.index) == [0, 1, 2, 0])
    #expect(directory.threadCount == 2)
    let profile = try read(&log)
    #expect(profile.processes.map(\.name) == ["sh", "gzip"])
    #expect(profile.processes.map(\.first?.index) == [nil, 0])
    #expect(profile.threads.map(\.name) == ["sh", "sh", "gzip"])
    #expect(profile.threads.map(\.first?.index) == [nil, nil, 0])
    #expect(profile.threads.map(\.process.index) == [0, 0, 1])
  }

  @Test func exitWorkBelongsToWhoExits() throws {
    var directory = ProcessDirectory()
    var log = RecordingLog()
    directory.rename(tid: 10, pid: 10, to: "ended", isExec: true)
    _ = directory.end(tid: 10, pid: 10)
    #expect(directory.hasEnded(10))
    _ = directory.thread(10, of: 10, log: &log)
    directory.begin(tid: 10, pid: 10, parentTID: 1)
    directory.rename(tid: 10, pid: 10, to: "next", isExec: true)
    #expect(!directory.hasEnded(10))
    _ = directory.thread(10, of: 10, log: &log)
    let profile = try read(&log)
    #expect(profile.processes.map(\.name) == ["ended", "next"])
    #expect(profile.processes.allSatisfy { $0.first == nil })
  }

  @Test func namesWithoutEndDontFillTheMemory() throws {
    var directory = ProcessDirectory()
    var log = RecordingLog()
    for number in 0..<1000 {
      directory.rename(tid: 10, pid: 10, to: "request \(number)", isExec: false)
      _ = directory.thread(10, of: 10, log: &log)
    }
    let profile = try read(&log)
    #expect(profile.threads.count <= 64 && profile.processes.count <= 64)
  }

  @Test func theLongEndedAreForgotten() {
    var directory = ProcessDirectory()
    for pid in Int32(1)..<10_000 {
      directory.begin(tid: pid, pid: pid, parentTID: 0)
      _ = directory.end(tid: pid, pid: pid)
    }
    #expect((1..<10_000).count { directory.hasEnded($0) } <= 2048)
    #expect(directory.hasEnded(9_999))
  }
}
