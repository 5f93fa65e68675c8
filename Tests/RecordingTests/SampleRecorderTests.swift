import BinaryReading
import Processes
import ProfileModel
import Sampling
import SwiftProtobuf
import Testing
import Wording

@testable import Recording
@testable import RecordingFormat

/// What becomes of samples and events, without a kernel that tells them.
struct SampleRecorderTests {
  @Test func `late and damaged records are counted in the recording`() throws {
    let options = RecordOptions(target: .processes([1]), command: ["example"])
    var recorder = SampleRecorder(
      startTime: 0, options: options, source: NoProcesses())
    (recorder.faults.late, recorder.faults.malformed, recorder.faults.corruptions) = (3, 2, 1)
    let window = recorder.takeWindow(seconds: 1)
    let chunks = try RecordingChunk.chunks(of: window).map { try $0.message.serializedBytes() as [UInt8] }
    let metadata = try RecordingReader.read(RecordingReader.file(ofPlainChunks: chunks), path: "test").metadata
    #expect((metadata.lateRecords, metadata.malformedRecords, metadata.ringCorruptions) == (3, 2, 1))
    #expect(metadata.faults.count == 3)
  }

  /// A process and its thread, as a profile has them.
  private struct Place: Hashable {
    var process: String
    var thread: String
    init(_ process: String, _ thread: String) { (self.process, self.thread) = (process, thread) }
  }

  /// Where the samples stand, in order.
  private func places(in recorder: inout SampleRecorder) throws -> [Place] {
    let bytes: [UInt8] = try RecordingChunk.chunks(of: recorder.takeWindow(seconds: 1))[0].message.serializedBytes()
    let profile = try RecordingReader.read(ChunkFraming.fileHeader + ChunkFraming.frame(bytes), path: "test")
    return profile.samples.map { sample in
      let thread = profile.threads[sample.thread.index]
      return Place(profile.processes[thread.process.index].name, thread.name)
    }
  }

  private func recorder(threads: [String] = []) -> SampleRecorder {
    var options = RecordOptions(target: .processes([]), command: [])
    options.threads = ThreadChoice(threads)
    return SampleRecorder(startTime: 0, options: options, source: NoProcesses())
  }

  private func sample(_ recorder: inout SampleRecorder, _ pid: Int32, _ tid: Int32? = nil, time: UInt64) {
    recorder.sample(
      RawSample(
        time: time, pid: pid, tid: tid ?? pid, registers: UserRegisters(), stack: [UInt8]().rawSpan,
        kernelChain: Span()))
  }

  private func fork(_ pid: Int32, by parent: Int32) -> ProcessEvent {
    .forked(pid: pid, tid: pid, parentPID: parent, parentTID: parent, time: 0)
  }
  private func rename(_ pid: Int32, _ name: String, isExec: Bool = true) -> ProcessEvent {
    .renamed(pid: pid, tid: pid, name: name, isExec: isExec, time: 0)
  }

  @Test func aShellThatExecsHasTwoNames() throws {
    var recorder = recorder()
    recorder.event(rename(1, "sh"))
    recorder.event(fork(10, by: 1))
    sample(&recorder, 10, time: 1000)
    recorder.event(rename(10, "gzip"))
    sample(&recorder, 10, time: 2000)
    sample(&recorder, 1, time: 3000)
    #expect(try places(in: &recorder) == [Place("sh", "sh"), Place("gzip", "gzip"), Place("sh", "sh")])
  }

  @Test func `what happens to processes and threads is marked with the names of then`() throws {
    var recorder = recorder()
    recorder.event(.renamed(pid: 1, tid: 1, name: "sh", isExec: false, time: 500))
    recorder.event(.forked(pid: 10, tid: 10, parentPID: 1, parentTID: 1, time: 1_000_000))
    recorder.event(.renamed(pid: 10, tid: 10, name: "gzip", isExec: true, time: 2_000_000))
    recorder.event(.forked(pid: 10, tid: 11, parentPID: 10, parentTID: 10, time: 3_000_000))
    recorder.event(.renamed(pid: 10, tid: 11, name: "worker", isExec: false, time: 3_500_000))
    sample(&recorder, 10, 11, time: 3_600_000)
    recorder.event(.exited(pid: 10, tid: 11, time: 4_000_000))
    recorder.lost(7, time: 4_500_000)
    recorder.event(.exited(pid: 10, tid: 10, time: 5_000_000))
    let bytes: [UInt8] = try RecordingChunk.chunks(of: recorder.takeWindow(seconds: 1))[0].message.serializedBytes()
    let profile = try RecordingReader.read(ChunkFraming.fileHeader + ChunkFraming.frame(bytes), path: "test")
    #expect(
      profile.marks.map { $0.words() } == [
        "process 10 begins, made by 1 (sh)", "process 10 runs gzip", "thread 11 begins, made by 10 (gzip)",
        "thread 11 (worker) ends", "7 samples lost", "process 10 (gzip) ends",
      ])
    #expect(profile.marks.map(\.time) == [1, 2, 3, 4, 4.5, 5].map { UInt64($0 * 1_000_000) })
    #expect(profile.marks.map { $0.thread?.index } == [nil, nil, 0, 0, nil, nil])
  }

  @Test func onlyChosenThreadsAreRecordedUnderTheNameThatTheyHave() throws {
    var recorder = recorder(threads: ["work*", "12"])
    recorder.event(rename(10, "server"))
    for tid: Int32 in 11...13 {
      recorder.event(.forked(pid: 10, tid: tid, parentPID: 10, parentTID: 10, time: 0))
      sample(&recorder, 10, tid, time: 1000)
    }
    recorder.event(.renamed(pid: 10, tid: 11, name: "worker 1", isExec: false, time: 1500))
    for tid: Int32 in 10...13 { sample(&recorder, 10, tid, time: 2000) }
    // The number is another thread's by now.
    recorder.event(.exited(pid: 10, tid: 11, time: 3000))
    sample(&recorder, 10, 11, time: 3500)
    recorder.event(.forked(pid: 10, tid: 11, parentPID: 10, parentTID: 10, time: 4000))
    sample(&recorder, 10, 11, time: 5000)
    #expect(
      try places(in: &recorder) == [
        Place("server", "server"), Place("server", "worker 1"), Place("server", "server"), Place("server", "worker 1"),
      ])
    #expect(recorder.chosen?.leftOut == 5)
    #expect(recorder.used == nil)
  }

  @Test(arguments: [
    ("work*", "worker", true), ("work*", "network", false), ("*", "", true), ("a?c", "abc", true),
    ("abc", "ABC", false),
    ("77", "x", true), ("78", "x", false), ("78", "78", true), ("HTTP worker thread 12", "HTTP worker thr", true),
    ("HTTP worker thread 12", "HTTP worker", false),
  ])
  func threadsAreChosenByNameOrNumber(word: String, name: String, isChosen: Bool) {
    #expect(ThreadChoice([word])?.contains(77, named: name) == isChosen)
  }

  @Test func samplesBehindTheRecordOfTheEndBelongToWhoEnded() throws {
    var recorder = recorder()
    recorder.event(rename(10, "ended"))
    recorder.event(.exited(pid: 10, tid: 10, time: 1000))
    sample(&recorder, 10, time: 2000)
    recorder.event(fork(10, by: 1))
    recorder.event(rename(10, "next"))
    sample(&recorder, 10, time: 3000)
    #expect(try places(in: &recorder) == [Place("ended", "ended"), Place("next", "next")])
  }

  @Test func programsThatMappedNothingAreTold() {
    var recorder = recorder()
    recorder.event(rename(10, "setuid"))
    recorder.event(.exited(pid: 10, tid: 10, time: 1000))
    recorder.event(rename(11, "sound"))
    recorder.event(.mapped(pid: 11, Mapping(start: 0x1000, end: 0x2000), time: 1000))
    recorder.event(.exited(pid: 11, tid: 11, time: 2000))
    #expect(recorder.unwatched == ["setuid"])
  }
}
