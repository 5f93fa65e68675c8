import Testing

@testable import Recording

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
    var log = RecordingLog()
    directory.rename(tid: 10, pid: 10, to: "other", isExec: true, log: &log)
    let isOver = directory.end(tid: 10, pid: 10)
    #expect(isOver)
  }

  @Test func aNumberThatIsUsedAgainStartsAnew() {
    var directory = ProcessDirectory()
    var log = RecordingLog()
    directory.rename(tid: 10, pid: 10, to: "old", isExec: false, log: &log)
    directory.rename(tid: 11, pid: 10, to: "old", isExec: false, log: &log)
    directory.begin(tid: 10, pid: 10, parentTID: 1)
    // Of the second nothing was known.
    let isOver = [10, 99].map { directory.end(tid: $0, pid: $0) }
    #expect(isOver == [true, true])
  }
}
