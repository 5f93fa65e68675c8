import Foundation
import Testing

extension LiveTests {
  /// perfprof stopped by its terminal is not the target's trouble.
  @Suite struct Pauses {
    @Test("Ctrl-Z lets the target go on, and fg takes it again", arguments: ["perf", "ptrace"])
    func stopped(_ sampler: String) throws {
      let folder = try TemporaryFolder()
      let target = try ChildProcess([Machine.sample("progress"), "60"])
      try #require(target.waitUntilReady())
      let recorder = try ChildProcess(
        [
          Machine.perfprof, "record", "-p", "\(target.pid)", "--sampler", sampler, "-F", "999", "-o", "out.perfprof",
          "-o", "out.folded",
        ], folder: folder.path, errors: folder.path("errors"))
      while !folder.names.contains(where: { $0.contains("perfprof") }) {
        try #require(target.line() != nil && !recorder.hasEnded)
      }
      if sampler == "ptrace" {
        while !ThreadStates(of: target.pid).isTraced { try #require(!recorder.hasEnded) }
      }
      for _ in 0..<20 { try #require(target.line() != nil) }
      for _ in 0..<3 {
        recorder.signal(SIGTSTP)
        while !ThreadStates(of: recorder.pid).isStopped { try #require(!recorder.hasEnded) }
        #expect(!ThreadStates(of: target.pid).isTraced)
        // It would not write on if a thread of it stood.
        for _ in 0..<20 { try #require(target.line() != nil, "the target went on") }
        #expect(!ThreadStates(of: target.pid).isStopped)
        recorder.signal(SIGCONT)
        if sampler == "ptrace" {
          while !ThreadStates(of: target.pid).isTraced { try #require(!recorder.hasEnded) }
        }
        for _ in 0..<20 { try #require(target.line() != nil, "the target went on") }
      }
      recorder.signal(SIGINT)
      let ending = recorder.wait(atMost: 20)
      let said = try folder.text("errors")
      #expect(ending == .exited(0), "\(said)")
      #expect(!ThreadStates(of: target.pid).isTraced)
      #expect(target.line() != nil, "the target went on")
      let folded = try #require(FoldedText(try folder.text("out.folded")))
      #expect(folded.percent(through: "main;count_work") >= 95)
      let info = try json(of: [Machine.perfprof, "info", "--json", folder.path("out.perfprof")])
      let notes = info["facts"] as? [[String: Any]] ?? []
      let pauses = notes.first { $0["fact"] as? String == "samplingPaused" }
      #expect(pauses?["count"] as? Int == 3, "\(notes)")
      #expect(pauses?["kernelWentOn"] as? Bool == (sampler == "perf"), "\(notes)")
      // Nobody says that threads were too short, or the like.
      let time = notes.first { $0["fact"] as? String == "cpuTime" }
      #expect(time == nil || time?["cause"] as? String == (sampler == "perf" ? "lost" : "paused"), "\(notes)")
    }

    @Test("Threads and processes made while perfprof was stopped are sampled after")
    func bornMeanwhile() throws {
      let folder = try TemporaryFolder()
      let go = folder.path("go")
      try #require(mkfifo(go, 0o600) == 0)
      let target = try ChildProcess(
        ["sh", "-c", "echo READY; read x < go; (while :; do :; done) & while :; do :; done"], folder: folder.path)
      try #require(target.waitUntilReady())
      let recorder = try ChildProcess(
        [
          Machine.perfprof, "record", "-p", "\(target.pid)", "--sampler", "ptrace", "-o", "out.perfprof",
        ], folder: folder.path, errors: folder.path("errors"))
      while !ThreadStates(of: target.pid).isTraced { try #require(!recorder.hasEnded) }
      recorder.signal(SIGTSTP)
      while !ThreadStates(of: recorder.pid).isStopped { try #require(!recorder.hasEnded) }
      try Data("\n".utf8).write(to: URL(fileURLWithPath: go))
      while target.children.isEmpty { try #require(!target.hasEnded) }
      recorder.signal(SIGCONT)
      let child = try #require(target.children.first)
      while !ThreadStates(of: child).isTraced { try #require(!recorder.hasEnded) }
      let before = ThreadStates(of: child).ticks
      while ThreadStates(of: child).ticks < before + 20 { try #require(!recorder.hasEnded) }
      recorder.signal(SIGINT)
      let ending = recorder.wait(atMost: 20)
      let said = try folder.text("errors")
      #expect(ending == .exited(0), "\(said)")
      let info = try json(of: [Machine.perfprof, "info", "--json", folder.path("out.perfprof")])
      #expect(info["processes"] as? Int == 2)
    }
  }
}
