import Foundation
import Testing

extension LiveTests {
  /// What threads wait for, judged by a program that clocks its own waits, and by the kernel's account of threads.
  @Suite struct Waits {
    private static func folded(_ value: String, of recorded: Recorded) throws -> FoldedText {
      let converted = try perfprof(
        "convert", recorded.folder.path("out.perfprof"), "-o", "-", "--format", "folded", "--value", value)
      try #require(converted.status == 0, "\(converted.errors)")
      return try #require(FoldedText(converted.output))
    }

    private static func times(_ recorded: Recorded) throws -> [String: Any] {
      let facts = recorded.info["facts"] as? [[String: Any]] ?? []
      return try #require(facts.first { $0["fact"] as? String == "threadTimes" })
    }

    @Test("Each kind of wait for as long as the program says")
    func kinds() throws {
      let recorded = try Recorded.command([Machine.sample("waits"), "4"], options: ["--wall"])
      var known: [String: Double] = [:]
      for line in recorded.outcome.output.split(separator: "\n") where line != "READY" {
        let words = line.split(separator: " ")
        known[String(words[0])] = Double(words[1])
      }
      try #require(known.count == 8, "\(recorded.outcome.output) \(recorded.outcome.errors)")
      let stacks = try ["off-cpu", "runnable", "idle"].map { try Self.folded($0, of: recorded) }
      let reasons = [
        "sleep": ["sleep"], "lock": ["futex"], "pipe": ["pipe"], "poll": ["poll"], "condition": ["futex"],
        "child": ["child"], "disk": ["file", "sleep"],
      ]
      for (kind, expected) in reasons {
        var sum = 0.0
        var told = 0.0
        for (index, folded) in stacks.enumerated() {
          for stack in folded.stacks
          where stack.frames.contains("thread_main") && stack.frames.contains("wait_for_\(kind)") {
            // The child's own sleep.
            if kind == "child", stack.frames.last?.contains("sleep") == true { continue }
            sum += Double(stack.count)
            if index == 0, expected.contains(where: { stack.frames.last?.contains("[waits: \($0)]") == true }) {
              told += Double(stack.count)
            }
          }
        }
        let truth = try #require(known[kind])
        // What the thread ran on a CPU in the function is not in it, and is much only where a disk is read.
        let least = kind == "disk" ? 0.75 : 0.98
        #expect(sum > least * truth && sum < 1.02 * truth, "\(kind): \(sum) of \(truth)")
        #expect(told > 0.7 * sum, "\(kind): \(told) of \(sum) for the right reason")
      }
    }

    @Test("On a CPU, ready and blocked are all of the threads' time")
    func sums() throws {
      let recorded = try Recorded.command([Machine.sample("waits"), "3"], options: ["--off-cpu"])
      let times = try Self.times(recorded)
      let wall = try #require(times["wallSeconds"] as? Double)
      let parts = ["onCPUSeconds", "runnableSeconds", "blockedSeconds"].compactMap { times[$0] as? Double }
      try #require(parts.count == 3)
      #expect(abs(parts.reduce(0, +) - wall) < 0.005 * wall, "\(times)")
      // Eleven threads for three seconds, and some children.
      #expect(wall > 30 && wall < 40, "\(times)")
      let values = recorded.info["values"] as? [[String: Any]] ?? []
      let totals = Dictionary(
        uniqueKeysWithValues: values.map { ($0["name"] as? String ?? "", Double($0["total"] as? Int ?? 0) / 1e9) })
      let waited = (totals["off-cpu"] ?? 0) + (totals["idle"] ?? 0)
      #expect(abs(waited - parts[2]) < 0.005 * wall, "\(totals) \(times)")
      #expect(abs((totals["runnable"] ?? 0) - parts[1]) < 0.005 * wall, "\(totals) \(times)")
    }

    @Test("A thread that waits all the time, before sampling began and after it ended")
    func throughout() throws {
      let program = try ChildProcess([Machine.sample("idle"), "60"])
      try #require(program.waitUntilReady())
      let recorded = try Recorded.attached(to: program.pid, seconds: 2, options: ["--off-cpu"])
      let folded = try Self.folded("off-cpu", of: recorded)
      let asleep = folded.stacks.filter { $0.frames.last?.contains("[waits: sleep]") == true }.reduce(0) {
        $0 + $1.count
      }
      #expect(Double(asleep) > 0.97 * Double(folded.total), "\(recorded.summary)")
      #expect(folded.stacks.allSatisfy { $0.frames.contains("main") }, "\(recorded.summary)")
    }

    @Test("Two processes that hand a byte to and fro as fast as they can: sums hold, and it is said")
    func busy() throws {
      let script = """
        import os, sys, time
        a, b = os.pipe(), os.pipe()
        child = os.fork()
        end = time.monotonic() + 3
        if child == 0:
            while os.read(a[0], 1) == b"x": os.write(b[1], b"y")
            os._exit(0)
        while time.monotonic() < end:
            os.write(a[1], b"x"); os.read(b[0], 1)
        os.write(a[1], b"q")
        os.wait()
        """
      let python = try #require(Machine.path(of: "python3"))
      let recorded = try Recorded.command([python, "-c", script], options: ["--off-cpu"])
      let times = try Self.times(recorded)
      let wall = try #require(times["wallSeconds"] as? Double)
      let parts = ["onCPUSeconds", "runnableSeconds", "blockedSeconds"].compactMap { times[$0] as? Double }
      #expect(abs(parts.reduce(0, +) - wall) < 0.005 * wall, "\(times)")
      let folded = try Self.folded("off-cpu", of: recorded)
      let piped = folded.stacks.filter { $0.frames.last?.contains("[waits: pipe]") == true }.reduce(0) { $0 + $1.count }
      #expect(Double(piped) > 0.8 * Double(folded.total), "\(recorded.summary)")
    }

    @Test("Nothing that does not go together")
    func refuses() throws {
      for options in [["-e", "page-faults"], ["--sampler", "ptrace"]] {
        let outcome = try run([Machine.perfprof, "record", "--off-cpu"] + options + ["--", "true"])
        #expect(outcome.status == 64, "\(options) \(outcome.errors)")
      }
    }
  }
}
