import Processes
import Sampling
import Testing
import Wording

@testable import Recording

/// What is said of CPU time that the samples don't show.
struct CPUTimeFactsTests {
  private func facts(used: CPUTime?, sampled: Double, at frequency: Double = 499) -> CPUTimeFacts {
    CPUTimeFacts(
      used: used, sampledSeconds: sampled, samples: UInt64(sampled * frequency), lost: 0, frequency: frequency,
      samplesCPUs: false, excludesKernel: false, seconds: 10, unwatched: [], stopped: [])
  }

  @Test func saysNothingWhereSamplesShowWhatWasUsed() {
    #expect(facts(used: CPUTime(seconds: 10), sampled: 9.7).notes.isEmpty)
    #expect(facts(used: nil, sampled: 1).notes.isEmpty)
    // Three samples of five are no proof of anything.
    #expect(facts(used: CPUTime(seconds: 0.010), sampled: 0.006).notes.isEmpty)
  }

  @Test func namesTheFirstPeriodOfThreads() throws {
    let note = try #require(facts(used: CPUTime(seconds: 2.24), sampled: 0.01).notes.first?.sentence)
    #expect(note.hasPrefix("used 2.24 s of CPU time, of which the samples show 10.0 ms (0.45 %)"))
    #expect(note.contains("begins with a whole period of 2.0 ms"))
    var byCPU = facts(used: CPUTime(seconds: 2.24), sampled: 0.01)
    byCPU.samplesCPUs = true
    // Not known why.
    #expect(byCPU.notes.map(\.sentence) == ["used 2.24 s of CPU time, of which the samples show 10.0 ms (0.45 %)"])
  }

  @Test func namesLostSamples() throws {
    var lossy = facts(used: CPUTime(seconds: 10), sampled: 8)
    lossy.lost = 1000
    #expect(try #require(lossy.notes.first?.sentence).hasSuffix("the rest is in the samples that were lost"))
  }

  @Test func namesTheKernelWhereItIsExcluded() throws {
    var excluded = facts(used: CPUTime(seconds: 4, kernelSeconds: 1.1), sampled: 2.9)
    excluded.excludesKernel = true
    #expect(try #require(excluded.notes.first?.sentence).contains("1.10 s were spent in the kernel"))
    excluded = facts(used: CPUTime(seconds: 1, kernelSeconds: 0.98), sampled: 0)
    excluded.excludesKernel = true
    let note = try #require(excluded.notes.first?.sentence)
    #expect(note.contains("no sample: used 1.00 s of CPU time, 0.98 s of it in the kernel"))
  }

  @Test func tellsASleeperFromATooShortAndAStoppedOne() throws {
    #expect(
      try #require(facts(used: CPUTime(seconds: 0), sampled: 0).notes.first?.sentence).contains("slept all the time"))
    let short = try #require(facts(used: CPUTime(seconds: 0.0016), sampled: 0).notes.first?.sentence)
    #expect(short == "no sample: used 1.6 ms of CPU time, too little for one each 2.0 ms: try -F 99999")
    var stopped = facts(used: CPUTime(seconds: 0), sampled: 0)
    stopped.stopped = [42]
    #expect(try #require(stopped.notes.first?.sentence).hasSuffix("continue it with kill -CONT 42"))
  }

  @Test func namesProgramsThatMayNotBeSampled() {
    var hidden = facts(used: CPUTime(seconds: 1), sampled: 0)
    hidden.unwatched = ["su", "mount"]
    #expect(hidden.notes.first?.sentence.hasPrefix("su, mount: may only be sampled by root") ?? false)
    #expect(hidden.notes.last?.sentence == "no sample: 1.00 s of CPU time were used")
  }
}
