import Foundation
import Testing

extension LiveTests {
  /// Names are those of the code that ran, whatever lies at its addresses or under its path by now.
  @Suite struct Names {
    @Test("Libraries that lie at the same address one after the other keep their own names", arguments: [1, 40])
    func host(_ rounds: Int) throws {
      let recorded = try Recorded.command([Machine.sample("host"), "\(rounds)", "look"])
      let odd = recorded.folded.percent(through: "main;entry;work_odd")
      let even = recorded.folded.percent(through: "main;entry;work_even")
      let share = 100 * odd / max(1, odd + even)
      #expect(abs(share - 75) <= (rounds == 1 ? 12 : 3), "\(share)\n\(recorded.summary)")
      // One pair of libraries is loaded in 2 ms or so, in which the start of the program is half of the samples.
      if rounds > 1 { #expect(odd + even >= 90, "\(recorded.summary)") }
      for name in ["libodd.so", "libeven.so"] {
        let identity = recorded.module(name)?["buildID"] as? String
        #expect(identity == buildID(of: Machine.sample(name)), "\(name)")
      }
    }

    /// A program, and its sister of the same code with another name.
    @Test("A file that is rewritten in place has each time's names", arguments: ["", "-none"])
    func rewritten(_ suffix: String) throws {
      let folder = try TemporaryFolder()
      let (alpha, omega) = (Machine.sample("alpha" + suffix), Machine.sample("omega" + suffix))
      #expect(suffix != "" || buildID(of: alpha) == buildID(of: omega))
      let recorded = try Recorded.command(
        ["sh", "-c", "cp \(alpha) prog; ./prog; cp \(omega) prog; ./prog"].inFolder(folder))
      let first = recorded.folded.percent(through: "main;alpha")
      let second = recorded.folded.percent(through: "main;omega")
      #expect(first + second >= 90, "\(recorded.summary)")
      #expect(abs(100 * first / max(1, first + second) - 50) <= 8, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 99, "\(recorded.summary)")
    }

    @Test("Programs of other layouts that are copied over one file have their own names")
    func otherLayouts() throws {
      let folder = try TemporaryFolder()
      let runs = [("alpha", "600"), ("frames-fp", "1.6"), ("omega-none", "600")].map {
        "cp \(Machine.sample($0)) prog; ./prog \($1)"
      }
      let recorded = try Recorded.command(["sh", "-c", runs.joined(separator: "; ")].inFolder(folder))
      for path in ["main;alpha", "main;outer;middle", "main;omega"] {
        #expect(recorded.folded.percent(through: path) >= 20, "\(path)\n\(recorded.summary)")
      }
      #expect(recorded.folded.rootedPercent >= 99, "\(recorded.summary)")
    }

    @Test("Names of a file that was rewritten and was too large to be kept are left out, with the reason")
    func tooLarge() throws {
      let folder = try TemporaryFolder()
      let steps = "cp \(Machine.sample("alpha")) prog; truncate -s 40M prog; ./prog; cp \(Machine.sample("omega")) prog"
      let recorded = try Recorded.command(["sh", "-c", steps].inFolder(folder))
      #expect(recorded.folded.percent { $0.contains("omega") || $0.contains("alpha") } == 0, "\(recorded.summary)")
      #expect(recorded.folded.percent { $0.contains { $0.hasPrefix("prog+0x") } } >= 60, "\(recorded.summary)")
      #expect(recorded.outcome.errors.contains("rewritten while it was recorded"), "\(recorded.outcome.errors)")
    }

    @Test(
      "Attaching leaves a target's memory as it is", arguments: ["anonymous", "private", "sysv", "memfd", "sparse"])
    func memory(_ kind: String) throws {
      let target = try ChildProcess([Machine.sample("bigjit"), "60", kind])
      try #require(target.waitUntilReady())
      let before = try residentKilobytes(of: target.pid)
      let recorded = try Recorded.attached(to: target.pid, seconds: 1)
      #expect(try residentKilobytes(of: target.pid) <= before + 64)
      let peak = recorded.number("profiler", "peakResidentBytes") ?? .infinity
      #expect(peak < 64e6, "\(peak)")
      // One frame for all of the region.
      let names = Set(recorded.folded.stacks.compactMap { $0.frames.first { $0.hasPrefix("[jit]") } })
      #expect(names.count == 1, "\(names)")
      #expect(recorded.folded.percent(through: "main;run;[jit]*") >= 98, "\(recorded.summary)")
    }

    @Test(
      "A perf map names code in every kind of memory", arguments: ["anonymous", "private", "sysv", "memfd", "sparse"])
    func mapped(_ kind: String) throws {
      let recorded = try Recorded.sample("bigjit", ["60", kind, "8", "map"], seconds: 1)
      #expect(recorded.folded.percent(through: "main;run;generated") >= 98, "\(recorded.summary)")
    }

    @Test(
      "Text that was moved to other memory at its addresses is still its file's",
      arguments: ["mmap", "mremap", "shared"], [true, false])
    func moved(_ how: String, whileRecording: Bool) throws {
      let recorded =
        try whileRecording
        ? Recorded.command([Machine.sample("hugify"), "2", how, "started"])
        : Recorded.sample("hugify", ["60", how], seconds: 1)
      #expect(recorded.folded.percent(through: "main;outer;middle;leaf") >= 95, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 99, "\(recorded.summary)")
      #expect(!recorded.folded.stacks.contains { $0.frames.contains { $0.hasPrefix("[jit]") } }, "\(recorded.summary)")
    }

    @Test("A symbol without a size ends at the next function, and after 4 KB")
    func unsized() throws {
      let recorded = try Recorded.sample("unsized", seconds: 2)
      for path in ["main;call_told;told", "main;call_far;far", "main;call_hidden", "main;call_farther"] {
        let share = recorded.folded.percent(through: path)
        #expect(abs(share - 25) <= 3, "\(path): \(share)\n\(recorded.summary)")
      }
      for path in ["main;call_hidden;*;told", "main;call_hidden;*;call_*;*call_*", "main;call_farther;*;far"] {
        #expect(recorded.folded.percent(through: path) == 0, "\(path)\n\(recorded.summary)")
      }
    }

    /// What `readelf` says, for a judge.
    private func buildID(of path: String) -> String? {
      let lines = (try? run(["readelf", "-n", path]))?.output.split(separator: "\n") ?? []
      return lines.first { $0.contains("Build ID:") }?.split(separator: " ").last.map(String.init)
    }

    private func residentKilobytes(of pid: pid_t) throws -> Int {
      let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
      return try #require(line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) })
    }
  }
}

extension [String] {
  /// The command, run in a folder.
  fileprivate func inFolder(_ folder: TemporaryFolder) -> [String] { ["env", "-C", folder.path] + self }
}
