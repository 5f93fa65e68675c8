import Foundation
import Testing

extension LiveTests {
  /// Other events than CPU time, judged by what the kernel counts of them in the same run, and by a program that knows
  /// from where it causes them.
  @Suite struct Events {
    /// `faults N switches N` as the program says them of its main function.
    private struct Known {
      var faults: Double
      var switches: Double

      init(_ recorded: Recorded) throws {
        let words = recorded.outcome.output.split(whereSeparator: \.isWhitespace)
        try #require(words.count == 4, "\(recorded.outcome.output) \(recorded.outcome.errors)")
        faults = try #require(Double(words[1]))
        switches = try #require(Double(words[3]))
      }
    }

    private static func values(_ recorded: Recorded) -> [[String: Any]] {
      recorded.info["values"] as? [[String: Any]] ?? []
    }

    /// The folded stacks of another value of the recording than the first.
    private static func folded(_ value: String, of recorded: Recorded) throws -> FoldedText {
      let converted = try perfprof(
        "convert", recorded.folder.path("out.perfprof"), "-o", "-", "--format", "folded", "--value", value)
      try #require(converted.status == 0, "\(converted.errors)")
      return try #require(FoldedText(converted.output))
    }

    /// How many of the folded stacks' amounts went through a function.
    private static func sum(_ folded: FoldedText, through function: String) -> Int {
      folded.stacks.filter { $0.frames.contains(function) }.reduce(0) { $0 + $1.count }
    }

    @Test("Each page fault, by who caused it, in the number that the kernel counts")
    func faults() throws {
      let rounds = 1000
      let recorded = try Recorded.command(
        [Machine.sample("events"), "\(rounds)", "500"], options: ["-e", "page-faults"])
      let known = try Known(recorded)
      #expect(Self.sum(recorded.folded, through: "fault_three") == 3 * rounds, "\(recorded.summary)")
      #expect(Self.sum(recorded.folded, through: "fault_one") == rounds, "\(recorded.summary)")
      let inMain = Double(Self.sum(recorded.folded, through: "main"))
      #expect(abs(inMain - known.faults) <= max(5, 0.01 * known.faults), "\(inMain) of \(known.faults)")
      #expect(recorded.folded.percent(through: "main;fault_three;touch") > 60, "\(recorded.summary)")
      #expect(recorded.number("lost") == 0)
      let value = try #require(Self.values(recorded).first)
      #expect(value["name"] as? String == "page-faults")
      #expect(value["unit"] as? String == "count")
      #expect(value["period"] as? Int == 1)
      #expect(value["total"] as? Int == recorded.folded.total)
      #expect(recorded.info["sampler"] as? String == "perf:page-faults")
      #expect(recorded.outcome.errors.contains("page-faults in "), "\(recorded.outcome.errors)")
      #expect(!recorded.outcome.errors.contains(" samples in "), "\(recorded.outcome.errors)")
    }

    @Test("One sample for each ten stands for ten")
    func steps() throws {
      let recorded = try Recorded.command(
        [Machine.sample("events"), "2000", "200"], options: ["-e", "page-faults", "-c", "10"])
      let known = try Known(recorded)
      // What follows the last sample of each CPU is missing, what came before main is too much.
      let sum = Double(recorded.folded.total)
      #expect(recorded.folded.stacks.allSatisfy { $0.count.isMultiple(of: 10) })
      #expect(abs(sum - known.faults) <= 100, "\(sum) of \(known.faults)\n\(recorded.summary)")
      #expect(Self.values(recorded).first?["period"] as? Int == 10)
    }

    @Test(
      "Switches and faults in one recording are two values of it",
      .enabled(if: Machine.isRoot, "switches happen in the kernel, which only root may sample everywhere"))
    func two() throws {
      let rounds = 500
      let recorded = try Recorded.command(
        [Machine.sample("events"), "\(rounds)", "500"], options: ["-e", "context-switches,page-faults"])
      let known = try Known(recorded)
      #expect(Self.values(recorded).compactMap { $0["name"] as? String } == ["context-switches", "page-faults"])
      // The first event is what views show, unless another is asked for.
      let switches = recorded.folded
      #expect(abs(Double(Self.sum(switches, through: "main")) - known.switches) <= max(5, 0.01 * known.switches))
      #expect(Self.sum(switches, through: "give_up") >= rounds, "\(recorded.summary)")
      #expect(Self.sum(switches, through: "fault_one") < rounds / 10)
      let faults = try Self.folded("page-faults", of: recorded)
      #expect(Self.sum(faults, through: "fault_three") == 3 * rounds, "\(recorded.summary)")
      #expect(Self.sum(faults, through: "fault_one") == rounds)

      let file = recorded.folder.path("out.perfprof")
      let report = try perfprof("report", file)
      #expect(report.output.contains(" context-switches, "), "\(report.output)")
      let other = try perfprof("report", file, "--event", "page-faults")
      #expect(other.output.contains(" page-faults, "), "\(other.output)")
      let speedscope = try perfprof("convert", file, "-o", "-", "--format", "speedscope")
      let object = try JSONSerialization.jsonObject(with: Data(speedscope.output.utf8)) as? [String: Any]
      let names = (object?["profiles"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
      #expect(
        names.contains { $0.hasSuffix(" · context-switches") } && names.contains { $0.hasSuffix(" · page-faults") })
    }

    @Test("CPU time beside faults: a clock on CPUs and a counter on threads share the rings")
    func besideTime() throws {
      let recorded = try Recorded.command(
        [Machine.sample("events"), "1000", "500"], options: ["-e", "cpu-clock", "-e", "page-faults"])
      #expect(Self.values(recorded).compactMap { $0["unit"] as? String } == ["nanoseconds", "count"])
      let faults = try Self.folded("page-faults", of: recorded)
      #expect(Self.sum(faults, through: "fault_three") == 3000, "\(recorded.summary)")
      #expect(Self.sum(faults, through: "fault_one") == 1000)
      let sampled = try #require(recorded.number("cpuSecondsSampled"))
      let total = try #require(Self.values(recorded).first?["total"] as? Double)
      #expect(abs(total / 1e9 - sampled) < 0.001 + 0.01 * sampled, "\(total) ns, \(sampled) s")
    }

    @Test(
      "A tracepoint, in the number of switches that the kernel counts",
      .enabled(if: Machine.isRoot, "tracefs is closed to others"),
      .enabled(
        if: ["tracing", "debug/tracing"].contains {
          FileManager.default.fileExists(atPath: "/sys/kernel/\($0)/events/sched/sched_switch/id")
        }, "tracefs is not mounted"))
    func tracepoint() throws {
      let rounds = 500
      let recorded = try Recorded.command(
        [Machine.sample("events"), "\(rounds)", "500"], options: ["-e", "sched:sched_switch"])
      let known = try Known(recorded)
      let inMain = Double(Self.sum(recorded.folded, through: "main"))
      #expect(abs(inMain - known.switches) <= max(5, 0.01 * known.switches), "\(inMain) of \(known.switches)")
      #expect(Self.sum(recorded.folded, through: "give_up") >= rounds, "\(recorded.summary)")
    }

    @Test("What is no event is said, with the names that are like it")
    func mistakes() throws {
      let folder = try TemporaryFolder()
      func fails(_ arguments: [String], _ status: Int32, _ words: String...) throws {
        let outcome = try run(
          [Machine.perfprof, "record", "-o", folder.path("out.perfprof")] + arguments + ["--", "true"])
        #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
        for word in words { #expect(outcome.errors.contains(word), "\(arguments): \(outcome.errors)") }
        #expect(!FileManager.default.fileExists(atPath: folder.path("out.perfprof")))
      }
      try fails(["-e", "page-fault"], 64, "page-faults", "-e help")
      try fails(["-e", "cycles:u"], 64, "--no-kernel")
      try fails(["-e", "page-faults", "--sampler", "ptrace"], 64, "ptrace")
      try fails(["-e", "cpu-clock", "-c", "1"], 64, "-F")
      try fails(["-c", "1"], 64, "-e")
      let list = try perfprof("record", "-e", "help")
      #expect(list.status == 0)
      #expect(list.output.contains("page-faults") && list.output.contains("tracepoints"), "\(list.output)")
    }
  }
}
