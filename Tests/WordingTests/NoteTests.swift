import ProfileModel
import Testing

@testable import Wording

@Suite struct NoteTests {
  /// A profile of 1,000 samples: so many of each go through a nameless function of its module.
  private func profile(_ nameless: [(module: String, count: Int)]) -> Profile {
    var builder = ProfileBuilder()
    let process = builder.add(ProcessRecord(pid: 1, name: "app"))
    let thread = builder.add(ThreadRecord(process: process, tid: 1, name: "app"))
    let main = builder.intern(Frame(function: builder.intern(Function(name: "main")), kind: .user))
    let root = builder.intern(parent: nil, frame: main)
    for (path, count) in nameless {
      let module = builder.intern(Module(path: path))
      let function = builder.intern(Function(name: "\(path)+0x1", module: module, isSymbolized: false))
      let middle = builder.intern(
        parent: root, frame: builder.intern(Frame(function: function, kind: .user, address: 1)))
      // The leaf has a name: what matters is what goes through.
      let stack = builder.intern(parent: middle, frame: main)
      for _ in 0..<count { builder.profile.samples.append(Sample(time: 0, thread: thread, stack: stack)) }
    }
    while builder.profile.samples.count < 1_000 {
      builder.profile.samples.append(Sample(time: 0, thread: thread, stack: root))
    }
    builder.profile.metadata.notes =
      [.eventsLost(count: 3)] + nameless.map { .module(path: $0.module, buildID: nil, .onlyDynamicSymbols) }
      + [.unknown]
    return builder.profile
  }

  @Test func modulesWithoutSymbolsShareALineWhereTheyMatter() {
    let sentences = profile([("/usr/lib/a.so", 20), ("/usr/lib/b.so", 9), ("/opt/own", 300), ("/usr/lib/c.so", 10)])
      .preferred.noteSentences()
    #expect(
      sentences == [
        "events came faster than they could be written, and 3 are missing: take fewer with -c 10",
        "functions without names, with the share of samples in or below them: /usr/lib/a.so (2.0 %), /usr/lib/c.so "
          + "(1.0 %): install debug symbols (Debian: the -dbgsym packages of what `dpkg -S FILE` names; libc6-dbg for "
          + "glibc) or set DEBUGINFOD_URLS; /opt/own (30.0 %): build without stripping, or keep debug files by build ID "
          + "below /usr/lib/debug or --debug-dir",
        "unknown note (newer perfprof)",
      ])
    #expect(profile([("/usr/lib/b.so", 9)]).preferred.noteSentences().count == 2)
  }

  @Test func manyModulesAreCounted() {
    // More than one pass over the stacks takes.
    let many = profile((0..<90).map { ("/usr/lib/\($0 + 10).so", 11) })
    let line = many.preferred.noteSentences()[1]
    #expect(line.contains("/usr/lib/10.so (1.1 %), ") && line.contains(" and 84 more: install"))
    // Of equal share by name, whatever the order of notes.
    #expect(line.contains("/usr/lib/15.so") && !line.contains("/usr/lib/16.so"))
  }

  /// Recordings of before hold sentences; what they say is left as it is.
  @Test func sentencesStay() {
    var old = profile([])
    old.metadata.notes = [.sentence("a: no symbols; do"), .module(path: "a", buildID: nil, .sentence("b: no symbols"))]
    #expect(old.preferred.noteSentences() == ["a: no symbols; do", "b: no symbols"])
  }

  @Test func oneIsNoPlural() {
    func text(_ note: SamplingNote) -> String { ProfileNote.sampling(note).sentence }
    #expect(text(.stacksNotCopied(count: 1)).hasPrefix("1 stack that goes on"))
    #expect(text(.stacksNotCopied(count: 2)).hasPrefix("2 stacks that go on"))
    #expect(
      text(.callsInterrupted(restarted: 1, lost: 0)) == "ptrace ended 1 system call early; 1 was begun again unnoticed")
    #expect(
      text(.samplingPaused(count: 1, seconds: 2, kernelWentOn: false))
        == "perfprof was stopped once, for 2.00 s: nothing was sampled then")
    #expect(text(.samplingPaused(count: 3, seconds: 2, kernelWentOn: true)).hasSuffix("counted as lost"))
    #expect(text(.threadsPaused(count: 1, median: 1, percentile99: 1, longest: 1)).contains("threads once"))
  }

  @Test func cpuTimeIsALoad() {
    var metadata = ProfileMetadata()
    metadata.cpuSecondsUsed = 0.12
    metadata.durationSeconds = 1
    #expect(metadata.cpuLoadText == "0.12 s of CPU, 12 % of one core")
    metadata.cpuSecondsUsed = 3.4
    #expect(metadata.cpuLoadText == "3.40 s of CPU, 3.4 cores")
    metadata.cpuSecondsUsed = 0.001
    #expect(metadata.cpuLoadText == "0.00 s of CPU, 0.10 % of one core")
    metadata.cpuSecondsUsed = nil
    #expect(metadata.cpuLoadText == nil)
  }
}
