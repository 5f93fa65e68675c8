import Foundation
import ProfileModel
import Testing
import Wording

@testable import RecordingFormat

/// Recordings of `Samples/C/threads.c` that perfprof 0.1 wrote, and what its own `convert --threads` made of them.
@Suite struct OlderRecordingsTests {
  private func fixture(_ name: String) throws -> [UInt8] {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
    return Array(try Data(contentsOf: url))
  }

  /// Folded stacks with the threads' names, sorted.
  private func folded(_ profile: Profile) -> String {
    var counts: [String: Int64] = [:]
    for sample in profile.samples {
      let thread = profile.threads[sample.thread.index]
      let frames = sample.stack.map { profile.stacks.path(to: $0) } ?? []
      let names = frames.map { profile.functions[profile.frames[Int($0)].function.index].name }
      let line = [profile.processes[thread.process.index].name, thread.name] + names
      counts[line.joined(separator: ";"), default: 0] += sample.weight
    }
    return counts.map { "\($0.key) \($0.value)\n" }.sorted().joined()
  }

  @Test func `a recording reads as it was written`() throws {
    let profile = try RecordingReader.read(try fixture("perfprof-0.1.perfprof"), path: "whole")
    #expect(folded(profile) == String(decoding: try fixture("perfprof-0.1.folded"), as: UTF8.self))
    #expect(profile.metadata.isComplete)
    #expect(profile.metadata.command == ["./threads", "1"])
    #expect(profile.metadata.sampler == "perf:cpu-clock")
    #expect(profile.metadata.requestedFrequency == 199)
    #expect(profile.modules.contains { $0.path == "/mnt/threads" && $0.symbolSource == ".symtab" })
    #expect(!profile.metadata.notes.contains { $0.sentence.contains("perfprof name") })
  }

  /// Written before there were facts, of a stripped program: what its notes say is shown as it is.
  @Test func `notes that are sentences stay what they are`() throws {
    let profile = try RecordingReader.read(try fixture("perfprof-sentences.perfprof"), path: "sentences")
    let sentences = [
      "ptrace stopped threads 17 times: for 51 µs in the median, 63 µs at the 99th percentile, 63 µs at most",
      "/mnt/fx/loops: no symbols; build it without stripping, or keep its debug file by build ID below /usr/lib/debug or "
        + "--debug-dir",
    ]
    #expect(profile.metadata.notes.map(\.sentence) == sentences)
    #expect(profile.preferred.noteSentences() == sentences)
  }

  @Test func `one that was killed has its samples, and says what would name them`() throws {
    let bytes = try fixture("perfprof-0.1-killed.perfprof")
    let profile = try RecordingReader.read(bytes, path: "killed")
    let lines = folded(profile).split(separator: "\n")
    // `/mnt` holds no such file where this runs, and would not be looked into if it did.
    #expect(lines.contains { $0.hasPrefix("threads;even;") && $0.hasSuffix(";threads+0x1460;threads+0x140c 73") })
    #expect(lines.contains { $0.hasPrefix("threads;odd;") && $0.hasSuffix(";threads+0x1441;threads+0x13cc 76") })
    #expect(profile.samples.count == 155)
    #expect(!profile.metadata.isComplete)
    #expect(profile.metadata.notes.count { $0.sentence.contains("`perfprof name FILE`") } == 1)
    let unnamed = try RecordingReader.unnamed(bytes, path: "killed")
    let paths = unnamed.modules.map { unnamed.tables.modules[Int($0)].path }
    #expect(paths.contains("/mnt/threads"))
    #expect(unnamed.length == UInt64(bytes.count))
  }
}
