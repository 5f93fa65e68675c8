import Foundation
import ProfileModel
import TextWriting
import Testing

@testable import Reports

@Suite struct ProfileOverviewTests {
  private func names(_ steps: [ProfileOverview.Step]) -> [String] { steps.map(\.name) }

  @Test func followsTheHottestPath() {
    let profile = Profile.of([
      (["main", "run", "parse", "lex"], 50), (["main", "run", "parse"], 20), (["main", "run", "emit"], 30),
    ])
    let overview = ProfileOverview(profile.preferred)
    #expect(names(overview.path) == ["run", "parse", "lex"])
    #expect(overview.path.map(\.samples) == [100, 70, 50])
  }

  @Test func hintsRestOnFigures() throws {
    let profile = Profile.of([
      (["main", "parse", "malloc"], 150), (["main", "parse"], 600), (["main", "pthread_mutex_lock"], 250),
    ])
    let overview = ProfileOverview(profile.preferred)
    #expect(overview.hints.map(\.kind) == ["lock-waits", "allocation"])
    #expect(try #require(overview.hints.first).text.hasPrefix("25.0 % of the samples are in locks"))
    #expect(overview.hints.last?.text.contains("`parse` (15.0 %)") == true)
  }

  @Test func fewSamplesHintAtNothing() {
    #expect(ProfileOverview(Profile.of([(["main", "malloc"], 99)]).preferred).hints.isEmpty)
  }

  @Test func saysThatAProgramMostlyWaited() {
    var profile = Profile.of([(["main"], 1000)])
    profile.metadata.cpuSecondsUsed = 1.8
    profile.metadata.durationSeconds = 10
    let sentence = ProfileOverview(profile.preferred).timeSentence
    #expect(sentence?.contains("on a CPU 18.0 % of the time. It mostly waited") == true, "\(sentence ?? "")")
    profile.metadata.cpuSecondsUsed = 12
    #expect(ProfileOverview(profile.preferred).timeSentence?.contains("1.20 CPUs busy on average") == true)
  }

  @Test func saysWhatThreadsAndMachineDidWithTheirTime() throws {
    var profile = Profile.of([(["main"], 1000)])
    profile.metadata.cpuSecondsUsed = 1
    profile.metadata.durationSeconds = 10
    var use = ResourceUse()
    var threads = ResourceUse.Threads()
    (threads.count, threads.wall, threads.onCPU, threads.runnable) = (4, 40, 1, 3)
    use.threads = threads
    var machine = ResourceUse.Machine()
    (machine.cpus, machine.seconds, machine.busy, machine.stolen) = (2, 10, 19, 1)
    use.machine = machine
    use.pressure.cpu = 7.5
    profile.metadata.resources = use
    let overview = ProfileOverview(profile.preferred)
    #expect(overview.timeSentence?.contains("mostly waited for a CPU: 75.0 % of the time that they wanted one") == true)
    #expect(
      overview.text().contains(
        "\n  threads       4 threads, 40.00 s together: 1.00 s on a CPU, 3.00 s ready to run, 36.00 s blocked\n"))
    #expect(
      overview.text().contains(
        "\n  machine       2 CPUs 95.0 % busy, 5.0 % taken by the host; some task waited for a CPU 75.0 % of the time\n"
      ))
    #expect(overview.hints.map(\.kind) == ["waits-for-cpu", "stolen"])
    // Nothing of it is of a part of the recording.
    var selection = profile.preferred.selection
    selection.time = 0..<1_000_000
    #expect(ProfileOverview(SelectedProfile(profile, selection)).resources == nil)
    // A quota explains the wait, and not the machine.
    var limits = ResourceUse.Limits()
    (limits.throttledSeconds, limits.throttledPeriods) = (2.5, 90)
    profile.metadata.resources?.limits = limits
    let held = ProfileOverview(profile.preferred)
    #expect(held.hints.map(\.kind) == ["cpu-quota", "stolen"])
    #expect(
      held.text().contains("\n  held up       its CPU quota held the control group up 90 times, for 2.50 s in all\n"))
    // Who never wanted a CPU waited for something else.
    profile.metadata.resources?.threads?.runnable = 0
    #expect(ProfileOverview(profile.preferred).timeSentence?.contains("`record --off-cpu` does") == true)
  }

  @Test func tellsTheCPUTimeOnce() {
    var profile = Profile.of([(["main"], 1000)])
    profile.metadata.durationSeconds = 10
    profile.metadata.cpuSecondsUsed = 1.8
    let waiting = ProfileOverview(profile.preferred)
    #expect(waiting.trust.head().contains("1.80 s of CPU, 18 % of one core"))
    #expect(waiting.text().contains("\n  It mostly waited"))
    #expect(!waiting.text().contains("1.80"))
    profile.metadata.cpuSecondsUsed = 12
    let busy = ProfileOverview(profile.preferred)
    #expect(!busy.text().contains("12.00"))
    #expect(busy.trust.head().contains("12.00"))
  }

  @Test func codeBuiltWithoutOptimizationIsAHint() throws {
    let profile = Profile.of([
      (["main", "libswiftSwiftOnoneSupport.so!Array.subscript.getter", "libswiftCore.so!_checkSubscript"], 30),
      (["main", "parse"], 970),
    ])
    let hint = try #require(ProfileOverview(profile.preferred).hints.first)
    #expect(hint.kind == "debug-build")
    #expect(hint.text.hasPrefix("3.0 % of the samples go through libswiftSwiftOnoneSupport.so"))
    #expect(ProfileOverview(Profile.of([(["main", "libswiftCore.so!f"], 1000)]).preferred).hints.isEmpty)
  }

  @Test func oneBusyThreadAmongOthersIsAHint() {
    var profile = Profile.of([(["main", "work"], 990), (["main", "idle"], 10)])
    profile.valueTypes[0].period = 10_000_000
    profile.metadata.durationSeconds = 10
    profile.threads.append(ThreadRecord(process: ProcessID(index: 0), tid: 77, name: "other"))
    profile.samples[profile.samples.count - 1].thread = ThreadID(index: profile.threads.count - 1)
    #expect(ProfileOverview(profile.preferred).hints.map(\.kind) == ["one-thread"])
  }

  @Test func markdownIsNotSteeredByNames() {
    let profile = Profile.of([(["main", "a|b`*<script>\n# x"], 200)])
    let overview = ProfileOverview(profile.preferred)
    let text = overview.markdown(functions: FunctionReport(profile.preferred))
    #expect(text.contains("<code>a&#124;b&#96;&#42;&lt;script&gt; &#35; x</code>"), "\(text)")
    #expect(!text.contains("<script>"))
  }

  @Test func emptyProfilesHaveNothingToLookAt() {
    #expect(ProfileOverview(Profile().preferred).text().isEmpty)
  }
}
