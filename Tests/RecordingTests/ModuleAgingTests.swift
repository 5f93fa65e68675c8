import BinaryReading
import ELF
import Glibc
import Processes
import ProfileModel
import Testing

@testable import Recording
@testable import RecordingFormat
@testable import Sampling

/// Modules of programs that come and go.
@Suite struct ModuleAgingTests {
  private typealias Step = ScriptedSampler.Step

  @Test func `those used longest ago leave, and none that is used`() {
    var aging = ModuleAging(limit: 4)
    #expect(aging.leaving(of: [0, 1, 2, 3, 4, 5], used: [0, 1]).isEmpty)
    #expect(aging.leaving(of: [0, 1, 2, 3, 4, 5], used: [2, 3]).isEmpty)
    // Half of what may stay remains: the two that were used last.
    #expect(aging.leaving(of: [0, 1, 2, 3, 4, 5, 6, 7], used: [0, 6, 7]) == [1, 4, 5])
    #expect(aging.leaving(of: [0, 2, 3, 6, 7], used: []) == [0, 2, 3])
  }

  /// Copies of a program, in a folder that goes with it, and a place in their code.
  private final class Programs {
    let folder: String
    let count: Int
    private let segment: (offset: UInt64, address: UInt64, size: UInt64)

    init(_ count: Int) throws {
      self.count = count
      var template = Array("/tmp/perfprof-programs.XXXXXX\0".utf8CString)
      folder = try #require(mkdtemp(&template).map { String(cString: $0) })
      let file = try FileReader(path: "/bin/true")
      let bytes = try file.read(at: 0, count: file.status().size)
      let image = try ELFImage(file: file)
      let code = try #require(image.segments.first { $0.type == .load && $0.isExecutable })
      segment = (code.offset, code.virtualAddress, code.fileSize)
      for number in 0..<count {
        let descriptor = open(path(number), O_WRONLY | O_CREAT | O_CLOEXEC, 0o755)
        try #require(descriptor >= 0)
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        try #require(written == bytes.count)
      }
    }

    deinit {
      for number in 0..<count { unlink(path(number)) }
      rmdir(folder)
    }

    func path(_ number: Int) -> String { "\(folder)/program-\(number)" }

    /// A process that runs a program, is sampled in it, and ends.
    func run(_ number: Int, as pid: Int32, at offset: UInt64) throws -> [ScriptedRecord] {
      var status = stat()
      try #require(stat(path(number), &status) == 0)
      let start: UInt64 = 0x5555_0000_0000
      let mapping = Mapping(
        start: start, end: start + (segment.size + 0xFFF) & ~0xFFF, fileOffset: segment.offset & ~0xFFF,
        device: Mapping.Device(number: UInt64(status.st_dev)), inode: UInt64(status.st_ino), path: path(number))
      return ScriptedRecord.start(pid, "program-\(number)") + [
        .event(.mapped(pid: pid, mapping, time: MachineClock.monotonic)),
        .sample(pid: pid, tid: pid, code: start + offset), ScriptedRecord.end(pid),
      ]
    }
  }

  @Test func `images leave once nobody has them, and the same file is the same module again`() throws {
    let programs = try Programs(20)
    let options = RecordOptions(target: .processes([]), command: [])
    var recorder = SampleRecorder(
      startTime: 0, options: options, source: FilesAlone(), idleModules: 8)
    for number in 0..<20 {
      try play(try programs.run(number, as: 5_000_000 + Int32(number), at: 0x40), to: &recorder)
    }
    #expect(recorder.modules.held.count == 20)
    let work = recorder.retireModules()
    #expect(work.map(\.module) == Array(0..<16) && work.allSatisfy { $0.entry.image != nil && $0.addresses.count == 1 })
    #expect(recorder.modules.held.count == 4 && recorder.modules.entries[0].image == nil)
    try play(try programs.run(0, as: 5_000_100, at: 0x80), to: &recorder)
    #expect(recorder.log.tables.modules.count == 20)
    #expect(recorder.modules.held.contains(0) && !recorder.modules.retired.contains(0))
  }

  private func play(_ records: [ScriptedRecord], to recorder: inout SampleRecorder) throws {
    var sampler = ScriptedSampler([.init(records: records)])
    _ = try sampler.poll(timeoutMilliseconds: 0, handler: &recorder)
  }

  @Test func `names are the same, however early modules leave`() throws {
    let programs = try Programs(30)
    var steps: [Step] = []
    for number in Array(0..<30) + [0, 1, 2] {
      let pid = 5_000_000 + Int32(steps.count)
      let place: UInt64 = 0x40 + UInt64(steps.count)
      steps.append(Step(records: try programs.run(number, as: pid, at: place), nanoseconds: 2_000_000_000))
    }
    var recording = ScriptedRecording()
    let late = try recording.record(steps).sameBothWays()
    recording.idleModules = 2
    let early = try recording.record(steps).sameBothWays()
    #expect(early.modules == late.modules && early.functions == late.functions && early.frames == late.frames)
    #expect(early.modules.count == 30 && early.modules.allSatisfy { $0.symbolSource != nil })
    #expect(Set(early.samples.flatMap { early.names(of: $0) }) == Set(late.samples.flatMap { late.names(of: $0) }))
  }
}
