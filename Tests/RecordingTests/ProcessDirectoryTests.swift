import Processes
import ProfileModel
import SwiftProtobuf
import Testing

@testable import Recording
@testable import RecordingFormat

/// Rows for those who live, by their names.
struct ProcessDirectoryTests {
  private struct Book {
    var table = ProcessTable(source: NoProcesses())
    var directory = ProcessDirectory()
    var log = RecordingLog()

    mutating func begin(tid: Int32, pid: Int32, parentTID: Int32) {
      let parent = tid == pid ? parentTID : pid
      _ = table.apply(.forked(pid: pid, tid: tid, parentPID: parent, parentTID: parentTID, time: 0))
    }
    mutating func rename(tid: Int32, pid: Int32, to name: String, isExec: Bool) {
      _ = table.apply(.renamed(pid: pid, tid: tid, name: name, isExec: isExec, time: 0))
    }
    mutating func end(tid: Int32, pid: Int32) { _ = table.apply(.exited(pid: pid, tid: tid, time: 0)) }
    mutating func thread(_ tid: Int32, of pid: Int32) -> ThreadID {
      directory.thread(tid, of: pid, in: &table, log: &log)
    }
    /// What a reader finds of the rows.
    mutating func read() throws -> Profile {
      let bytes: [UInt8] = try log.takeChunks(RecordingCounters())[0].message.serializedBytes()
      return try RecordingReader.read(ChunkFraming.fileHeader + ChunkFraming.frame(bytes), path: "test")
    }
  }

  @Test func eachNameOfAProcessIsARow() throws {
    var book = Book()
    book.rename(tid: 1, pid: 1, to: "sh", isExec: true)
    book.begin(tid: 10, pid: 10, parentTID: 1)
    book.begin(tid: 11, pid: 10, parentTID: 10)
    var rows = [book.thread(10, of: 10), book.thread(11, of: 10)]
    book.rename(tid: 10, pid: 10, to: "gzip", isExec: true)
    rows.append(book.thread(10, of: 10))
    book.rename(tid: 10, pid: 10, to: "sh", isExec: false)
    rows.append(book.thread(10, of: 10))
    #expect(rows.map(\.index) == [0, 1, 2, 0])
    #expect(book.directory.threadCount == 2)
    let profile = try book.read()
    #expect(profile.processes.map(\.name) == ["sh", "gzip"])
    #expect(profile.processes.map(\.first?.index) == [nil, 0])
    #expect(profile.threads.map(\.name) == ["sh", "sh", "gzip"])
    #expect(profile.threads.map(\.first?.index) == [nil, nil, 0])
    #expect(profile.threads.map(\.process.index) == [0, 0, 1])
  }

  @Test func exitWorkBelongsToWhoExits() throws {
    var book = Book()
    book.rename(tid: 10, pid: 10, to: "ended", isExec: true)
    book.end(tid: 10, pid: 10)
    _ = book.thread(10, of: 10)
    book.begin(tid: 10, pid: 10, parentTID: 1)
    book.rename(tid: 10, pid: 10, to: "next", isExec: true)
    _ = book.thread(10, of: 10)
    let profile = try book.read()
    #expect(profile.processes.map(\.name) == ["ended", "next"])
    #expect(profile.processes.allSatisfy { $0.first == nil })
  }

  @Test func namesWithoutEndDontFillTheMemory() throws {
    var book = Book()
    for number in 0..<1000 {
      book.rename(tid: 10, pid: 10, to: "request \(number)", isExec: false)
      _ = book.thread(10, of: 10)
    }
    let profile = try book.read()
    #expect(profile.threads.count <= 64 && profile.processes.count <= 64)
  }

  @Test func rowsOfTheLongEndedAreForgotten() throws {
    var book = Book()
    book.rename(tid: 1, pid: 1, to: "sh", isExec: true)
    let shell = book.thread(1, of: 1)
    for pid in Int32(2)..<20_000 {
      book.begin(tid: pid, pid: pid, parentTID: 1)
      _ = book.thread(pid, of: pid)
      book.end(tid: pid, pid: pid)
    }
    #expect(book.directory.knownThreads <= 8192)
    let again = book.thread(1, of: 1)
    #expect(again == shell)
  }
}
