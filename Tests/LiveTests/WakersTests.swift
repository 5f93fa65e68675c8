import Foundation
import Testing

extension LiveTests {
  /// Who ends waits, judged by a program of which that is known.
  @Suite struct Wakers {
    private static func fact(_ name: String, of recorded: Recorded) -> [String: Any]? {
      (recorded.info["facts"] as? [[String: Any]] ?? []).first { $0["fact"] as? String == name }
    }

    private static func folded(_ recorded: Recorded, _ value: String = "off-cpu") throws -> FoldedText {
      let converted = try perfprof(
        "convert", recorded.folder.path("out.perfprof"), "-o", "-", "--format", "folded", "--value", value)
      try #require(converted.status == 0, "\(converted.errors)")
      return try #require(FoldedText(converted.output))
    }

    /// By kind of wait: the frame that stands for its end, and the functions of whoever ended it.
    private static let ends = [
      "lock": ("[woken by holder]", ["worker_main", "holder_work"]),
      "pipe": ("[woken by writer]", ["worker_main", "writer_work", "write"]),
      "condition": ("[woken by signaler]", ["worker_main", "signaler_work"]),
      "thread": ("[woken by brief]", ["start_thread"]),
      "other": ("[woken by stranger, process ", ["main", "stranger_work", "write"]),
      "sleep": ("[woken by interrupt: timer]", []),
    ]

    /// Weighs of each kind's waits what ends as it should.
    private static func check(_ folded: FoldedText, atLeast share: Double) {
      for (kind, (marker, functions)) in ends {
        var (sum, right) = (0.0, 0.0)
        for stack in folded.stacks {
          guard let place = stack.frames.lastIndex(where: { $0.hasPrefix("[waits: ") }),
            stack.frames[..<place].contains("wait_for_\(kind)")
          else { continue }
          sum += Double(stack.count)
          let end = stack.frames[(place + 1)...]
          // In this order, between two frames that name the thread; an interrupt has none.
          let isNamed = end.first?.hasPrefix(marker) == true && end.last == end.first
          var path: [String] = []
          for name in end.dropFirst() where functions.contains(name) && path.last != name { path.append(name) }
          if isNamed, path == functions, functions.isEmpty == (end.count == 1) { right += Double(stack.count) }
        }
        #expect(sum > 0, "\(kind)")
        #expect(right > share * sum, "\(kind): \(right) of \(sum)")
      }
      // Who was running when a timer came has woken nobody.
      let innocent = folded.stacks.filter { stack in
        guard let place = stack.frames.firstIndex(where: { $0.hasPrefix("[woken by ") }) else { return false }
        return stack.frames[place...].contains("spinner_work")
      }
      #expect(innocent.isEmpty, "\(innocent)")
    }

    @Test("Each wait is ended by whom the program says", arguments: ["--off-cpu", "--wall"])
    func ends(option: String) throws {
      let recorded = try Recorded.command([Machine.sample("wakers"), "3"], options: [option, "--wakers"])
      Self.check(try Self.folded(recorded), atLeast: 0.95)
      let times = try #require(Self.fact("threadTimes", of: recorded))
      let wall = try #require(times["wallSeconds"] as? Double)
      let parts = ["onCPUSeconds", "runnableSeconds", "blockedSeconds"].compactMap { times[$0] as? Double }
      #expect(abs(parts.reduce(0, +) - wall) < 0.005 * wall, "\(times)")
      let ends = try #require(Self.fact("wakers", of: recorded))
      let ended = ["threadsSeconds", "interruptsSeconds", "unknownSeconds", "openSeconds"].compactMap {
        ends[$0] as? Double
      }
      try #require(ended.count == 4 && parts.count == 3)
      // Each nanosecond once.
      #expect(abs(ended.reduce(0, +) - parts[2]) < 0.001 * parts[2], "\(ends) \(times)")
      #expect(ended[2] < 0.05 * parts[2], "\(ends)")
    }

    @Test("Threads that wait before sampling begins, and one that waits on")
    func attached() throws {
      let program = try ChildProcess([Machine.sample("wakers"), "60"])
      try #require(program.waitUntilReady())
      let recorded = try Recorded.attached(to: program.pid, seconds: 2, options: ["--off-cpu", "--wakers"])
      let folded = try Self.folded(recorded)
      // Children that were there before are none of it.
      let lock = folded.percent(of: { $0.contains("wait_for_lock") && $0.contains { $0.hasPrefix("[waits: futex") } }) {
        $0.contains("[woken by holder]") && $0.contains("holder_work")
      }
      #expect(lock > 90, "\(lock) \(recorded.summary)")
      let other = folded.percent(of: { $0.contains("wait_for_other") }) { frames in
        frames.contains { $0.hasPrefix("[woken by stranger, process ") } && !frames.contains("stranger_work")
      }
      #expect(other > 90, "\(other) \(recorded.summary)")
      // The main thread waits for another one's end.
      let ends = try #require(Self.fact("wakers", of: recorded))
      #expect(try #require(ends["openSeconds"] as? Double) > 1.9, "\(ends)")
    }

    @Test("Every format shows them, and the same sums")
    func formats() throws {
      let recorded = try Recorded.command([Machine.sample("wakers"), "1"], options: ["--off-cpu", "--wakers"])
      let path = recorded.folder.path("out.perfprof")
      let report = try perfprof("report", path, "--value", "off-cpu", "--focus", "holder_work", "--sort", "total")
      #expect(report.output.contains("wait_for_lock"), "\(report.output) \(report.errors)")
      for name in ["out.speedscope.json", "out.pb.gz", "out.firefox.json", "out.svg", "out.html"] {
        let written = recorded.folder.path(name)
        let outcome =
          name.hasSuffix("svg")
          ? try perfprof("flamegraph", path, "--value", "off-cpu", "-o", written)
          : try perfprof("convert", path, "-o", written)
        #expect(outcome.status == 0, "\(name) \(outcome.errors)")
      }
      let again = try perfprof(
        "convert", recorded.folder.path("out.pb.gz"), "-o", "-", "--format", "folded", "--value", "off-cpu")
      let folded = try #require(FoldedText(again.output))
      #expect(folded.total == (try Self.folded(recorded)).total)
      #expect(folded.stacks.contains { $0.frames.contains("[woken by holder]") && $0.frames.contains("holder_work") })
    }

    @Test("Without permission it is said, and the rest goes on")
    func refused() throws {
      let folder = try TemporaryFolder()
      chmod(folder.path, 0o777)
      let copy = folder.path("perfprof")
      try copyProgram(Machine.perfprof, to: copy)
      let setcap = try #require(Machine.path(of: "setcap", besides: ["/sbin"]))
      try #require(try run([setcap, "cap_perfmon,cap_sys_ptrace+ep", copy]).status == 0)
      let outcome = try run([
        "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", copy, "record", "--off-cpu", "--wakers",
        "-o",
        folder.path("out.folded"), "--", "sleep", "0.3",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("who woke threads is not told"), "\(outcome.errors)")
      let text = try String(contentsOfFile: folder.path("out.folded"), encoding: .utf8)
      #expect(text.contains("[waits"), "\(text) \(outcome.errors)")
      let alone = try perfprof("record", "--wakers", "--", "true")
      #expect(alone.status == 64 && alone.errors.contains("--off-cpu"), "\(alone.errors)")
    }
  }
}
