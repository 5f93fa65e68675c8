import Foundation
import Testing

extension LiveTests {
  /// `record -- CMD`.
  @Suite struct Commands {
    @Test(
      "The command's exit status is perfprof's",
      arguments: [
        ("exit 0", 0), ("exit 3", 3), ("kill -SEGV $$", 128 + SIGSEGV), ("kill -TERM $$", 128 + SIGTERM),
        ("kill -KILL $$", 128 + SIGKILL),
      ] as [(String, Int32)])
    func exitStatus(_ script: String, _ status: Int32) throws {
      let folder = try TemporaryFolder()
      let outcome = try perfprof("record", "-o", "out.folded", "--", "/bin/sh", "-c", script, folder: folder.path)
      #expect(outcome.status == status, "\(outcome.errors)")
    }

    @Test("Standard streams pass through untouched")
    func streams() throws {
      let folder = try TemporaryFolder()
      try "from outside\n".write(toFile: folder.path("input"), atomically: false, encoding: .utf8)
      let outcome = try perfprof(
        "record", "--quiet", "-o", "out.folded", "--", "/bin/sh", "-c", "cat; echo said >&2", folder: folder.path,
        input: folder.path("input"))
      #expect(outcome.output == "from outside\n")
      #expect(outcome.errors.contains("said\n"))
    }

    @Test("A program of 20 ms gives a profile")
    func brief() throws {
      let recorded = try Recorded.command([Machine.sample("short")])
      #expect(recorded.outcome.status == 0)
      #expect(recorded.folded.total >= 10, "\(recorded.summary)")
      #expect(recorded.folded.percent(through: "main;brief_work") >= 50, "\(recorded.summary)")
    }

    @Test("A command's first instructions are sampled: the dynamic linker is there")
    func firstInstruction() throws {
      // Hundreds of starts, so that the little that each takes is seen.
      let recorded = try Recorded.command([
        "/bin/sh", "-c", "i=0; while [ $i -lt 150 ]; do /bin/true; i=$((i+1)); done",
      ])
      #expect(recorded.folded.percent(through: "_dl_*") > 1, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 98, "\(recorded.summary)")
    }

    @Test(
      "A command that can't be started",
      arguments: [("/nonexistent/program", 66), ("/etc/passwd", 66)]
        as [(String, Int32)])
    func notStarted(_ program: String, _ status: Int32) throws {
      let folder = try TemporaryFolder()
      let outcome = try perfprof("record", "-o", "out.folded", "--", program, folder: folder.path)
      #expect(outcome.status == status, "\(outcome.errors)")
      #expect(outcome.errors.contains(program))
    }
  }

  /// What ends a recording, and that each end keeps all.
  @Suite struct Stops {
    @Test("Ctrl-C, SIGTERM and SIGHUP write everything", arguments: [SIGINT, SIGTERM, SIGHUP])
    func signals(_ number: Int32) throws {
      let folder = try TemporaryFolder()
      let target = try ChildProcess([Machine.sample("progress"), "60"])
      try #require(target.waitUntilReady())
      let recorder = try ChildProcess(
        [Machine.perfprof, "record", "-p", "\(target.pid)", "-o", "out.perfprof", "-o", "out.folded", "-o", "out.svg"],
        folder: folder.path, errors: folder.path("errors"))
      // The target's own progress is the clock: a few rounds after the recording file exists.
      while !folder.names.contains(where: { $0.contains("perfprof") }) {
        try #require(target.line() != nil && !recorder.hasEnded)
      }
      for _ in 0..<40 { try #require(target.line() != nil) }
      recorder.signal(number)
      let said = try folder.text("errors")
      #expect(recorder.wait(atMost: 20) == .exited(0), "\(said)")
      let folded = try #require(FoldedText(try folder.text("out.folded")))
      #expect(folded.percent(through: "main;count_work") >= 95)
      #expect(try folder.text("out.svg").contains("</svg>"))
      #expect(target.line() != nil, "the target went on")
    }

    @Test("SIGKILL leaves the target running undisturbed, and a readable recording", arguments: ["perf", "ptrace"])
    func killed(_ sampler: String) throws {
      let folder = try TemporaryFolder()
      let target = try ChildProcess([Machine.sample("progress"), "60"])
      try #require(target.waitUntilReady())
      let recorder = try ChildProcess(
        [
          Machine.perfprof, "record", "-p", "\(target.pid)", "--sampler", sampler, "-F", "199", "-o", "out.perfprof",
        ], folder: folder.path)
      while !folder.names.contains(where: { $0.contains("perfprof") }) {
        try #require(target.line() != nil && !recorder.hasEnded)
      }
      // What the recording holds is the clock: samples are written every two seconds.
      let growing = try #require(folder.names.first { $0.contains("perfprof") })
      func samples() throws -> Int {
        let outcome = try run([Machine.perfprof, "info", "--json", folder.path(growing)])
        let info = try? JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        return info?["samples"] as? Int ?? 0
      }
      while try samples() == 0 {
        for _ in 0..<10 { try #require(target.line() != nil && !recorder.hasEnded) }
      }
      recorder.signal(SIGKILL)
      #expect(recorder.wait() == .signaled(SIGKILL))
      for _ in 0..<20 { try #require(target.line() != nil, "the target went on") }
      let status = try String(contentsOfFile: "/proc/\(target.pid)/status", encoding: .utf8)
      #expect(status.contains("TracerPid:\t0"))
      let left = try #require(folder.names.first { $0.contains("perfprof") })
      let info = try json(of: [Machine.perfprof, "info", "--json", folder.path(left)])
      #expect((info["samples"] as? Int ?? 0) > 0)
      try namesWhatIsLeft(folder.path(left))
    }

    /// Views leave a killed recording as it is, and say what names it; that names it once and for all.
    private func namesWhatIsLeft(_ path: String) throws {
      func folded() throws -> FoldedText {
        try #require(FoldedText(try perfprof("convert", path, "-o", "-", "--format", "folded").output))
      }
      let hint = "`perfprof name FILE`"
      // The C library has a build ID, whichever compiler made the sample.
      let start = "__libc_start_main"
      let unnamed = try folded()
      #expect(unnamed.percent(through: start) == 0, "the library is there, and not looked into")
      let before = try perfprof("info", path)
      #expect(before.output.components(separatedBy: hint).count == 2, "\(before.output)")
      let naming = try perfprof("name", path)
      #expect(naming.status == 0, "\(naming.errors)")
      let named = try folded()
      #expect(named.total == unnamed.total)
      #expect(named.percent(through: start) > 50, "\(naming.errors)\(named.stacks.prefix(9))")
      let after = try perfprof("info", path)
      #expect(!after.output.contains(hint) && after.output.contains("The recording was cut short"), "\(after.output)")
      // Once more changes nothing.
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(try perfprof("name", path).status == 0)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }

    @Test("A recording that is still written is not named, nor what is none, and nothing happens to either")
    func namesNothingElse() throws {
      let folder = try TemporaryFolder()
      let target = try ChildProcess([Machine.sample("progress"), "60"])
      try #require(target.waitUntilReady())
      let recorder = try ChildProcess(
        [Machine.perfprof, "record", "-p", "\(target.pid)", "-o", "out.perfprof"], folder: folder.path)
      var busy = try perfprof("name", "out.perfprof", folder: folder.path)
      // 65 and 66 also while there is no file, or nothing in it.
      while !busy.errors.contains("still being recorded") {
        try #require(target.line() != nil && !recorder.hasEnded && busy.status != 0)
        busy = try perfprof("name", "out.perfprof", folder: folder.path)
      }
      #expect(busy.status == 66)
      recorder.signal(SIGINT)
      #expect(recorder.wait() == .exited(0))
      func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.path("out.perfprof"))) }
      let whole = try bytes()
      let named = try perfprof("name", "out.perfprof", folder: folder.path)
      #expect(named.status == 0 && named.errors.contains("lacks no names"), "\(named.errors)")
      #expect(try bytes() == whole)
      try "main;a 3\n".write(toFile: folder.path("in"), atomically: false, encoding: .utf8)
      let folded = try perfprof("name", "in", folder: folder.path)
      #expect(folded.status == 65, "\(folded.errors)")
      #expect(try folder.text("in") == "main;a 3\n")
      #expect(try perfprof("name", "absent", folder: folder.path).status == 66)
      #expect(try perfprof("name", "-").status == 64)
    }

    @Test(
      "However perfprof dies while it stops threads by ptrace, all of them run on", arguments: [SIGKILL, SIGSEGV])
    func diesTracing(_ signal: Int32) throws {
      let folder = try TemporaryFolder()
      let target = try ChildProcess([Machine.sample("threads"), "600"])
      try #require(target.waitUntilReady())
      let seed = UInt64.random(in: 0...UInt64.max)
      var bits = seed
      for round in 0..<6 {
        let name = "out\(round).perfprof"
        let recorder = try ChildProcess(
          [Machine.perfprof, "record", "-p", "\(target.pid)", "--sampler", "ptrace", "-F", "997", "-o", name],
          // Where Swift's backtracer is installed it would catch the signal, report it and go on.
          folder: folder.path, environment: ["SWIFT_BACKTRACE": "enable=no"])
        // A random moment, told by looks at the target.
        bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        var looks = Int(bits >> 58)
        while looks > 0 {
          try #require(!recorder.hasEnded)
          if folder.names.contains(where: { $0.contains(name) }) { looks -= 1 }
          _ = ThreadStates(of: target.pid)
        }
        recorder.signal(signal)
        #expect(recorder.wait() == .signaled(signal))
        let states = ThreadStates(of: target.pid)
        #expect(!states.isTraced && !states.isStopped, "seed \(seed), round \(round): \(states.letters)")
        let before = states.ticks
        while ThreadStates(of: target.pid).ticks < before + 3 { try #require(!target.hasEnded) }
      }
    }

    @Test("The target's end ends the recording")
    func targetEnds() throws {
      let recorded = try Recorded.sample("shares", ["1"], seconds: 60)
      #expect(recorded.outcome.status == 0)
      #expect(try #require(recorded.number("durationSeconds")) < 20)
      #expect(recorded.folded.percent(through: "main;round_of_work") >= 95, "\(recorded.summary)")
    }

    @Test("-d stops in time")
    func duration() throws {
      let recorded = try Recorded.sample("shares", seconds: 1)
      let seconds = try #require(recorded.number("durationSeconds"))
      #expect(seconds >= 0.9 && seconds < 3)
    }

    @Test("A target that sleeps gives an empty profile and no error")
    func idle() throws {
      let recorded = try Recorded.sample("idle", seconds: 0.5)
      #expect(recorded.outcome.status == 0, "\(recorded.outcome.errors)")
    }
  }
}
