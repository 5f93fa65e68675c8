import Foundation
import Testing

extension LiveTests {
  /// Each place that names can come from, with a program made for it.
  @Suite struct SymbolSources {
    /// A program, the options it needs, and the word that `info` must use for the source of its names.
    struct Source: CustomTestStringConvertible, Sendable {
      var sample: String
      var options: [String] = []
      var says: String
      var testDescription: String { sample }
    }

    @Test(
      "Names come from where they are",
      arguments: [
        Source(sample: "shares", says: ".symtab"),
        Source(sample: "shares-buildid", options: ["--debug-dir", Machine.sample("debug")], says: "debug"),
        Source(sample: "shares-debuglink", says: "shares-debuglink.debug"),
        Source(sample: "shares-minidebug", says: ".gnu_debugdata"),
        Source(sample: "shares-altlink", says: ".symtab"),
      ])
    func named(_ source: Source) throws {
      let recorded = try Recorded.sample(source.sample, options: source.options)
      #expect(abs(recorded.folded.percent(through: "main;round_of_work;fifty") - 50) <= 2, "\(recorded.summary)")
      let symbols = recorded.module(source.sample)?["symbols"] as? String ?? "no such module"
      #expect(symbols.contains(source.says), "symbols: \(symbols)")
    }

    @Test("A debug file of another build is refused and named")
    func mismatch() throws {
      let recorded = try Recorded.sample("shares-mismatch", options: ["--debug-dir", Machine.sample("debug")])
      #expect(recorded.folded.percent(through: "fifty") == 0, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 99.5)
      #expect(recorded.outcome.errors.contains("d0c0ffee"), "\(recorded.outcome.errors)")
    }

    @Test("Without any symbols, functions are told apart by their starts, and the summary says what is missing")
    func nothing() throws {
      let recorded = try Recorded.sample("shares-nosymbols")
      let leaves = Dictionary(grouping: recorded.folded.stacks) { $0.frames.last ?? "" }
        .mapValues { $0.reduce(0) { $0 + $1.count } }
        .filter { $0.key.hasPrefix("shares-nosymbols+0x") }
      let shares = leaves.values.sorted().suffix(3).map { 100 * Double($0) / Double(recorded.folded.total) }
      #expect(shares.count == 3, "\(recorded.summary)")
      for (actual, expected) in zip(shares, [20.0, 30, 50]) { #expect(abs(actual - expected) <= 2) }
      #expect(recorded.outcome.errors.contains("shares-nosymbols"), "\(recorded.outcome.errors)")
    }

    @Test("The running binary is used, not what replaced it on disk")
    func replaced() throws {
      let folder = try TemporaryFolder()
      let path = folder.path("program")
      try copyProgram(Machine.sample("shares"), to: path)
      let target = try ChildProcess([path, "60"])
      try #require(target.waitUntilReady())
      try FileManager.default.removeItem(atPath: path)
      try copyProgram(Machine.sample("frames-fp"), to: path)
      let recorded = try Recorded.attached(to: target.pid, seconds: 2)
      #expect(abs(recorded.folded.percent(through: "main;round_of_work;fifty") - 50) <= 2, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 99.5)
    }

    @Test("A command whose file vanishes while it runs keeps its names")
    func vanished() throws {
      let folder = try TemporaryFolder()
      let path = folder.path("program")
      try copyProgram(Machine.sample("shares"), to: path)
      // READY comes through the pipe; then the program runs, and its file can go.
      let recorded = try Recorded.command([
        "/bin/sh", "-c", "\(path) 1 | { read line; rm \(path); cat; }",
      ])
      #expect(recorded.folded.percent(through: "main;round_of_work") >= 80, "\(recorded.summary)")
      #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("A library that an upgrade replaces while it is in use keeps its names")
    func upgraded() throws {
      let folder = try TemporaryFolder()
      for file in ["plt", "libsample.so"] {
        try copyProgram(Machine.sample(file), to: folder.path(file))
      }
      let target = try ChildProcess([folder.path("plt"), "60"])
      try #require(target.waitUntilReady())
      // As package managers do it: the new file is renamed over the old one.
      try copyProgram(Machine.sample("libconstructor.so"), to: folder.path("new"))
      #expect(rename(folder.path("new"), folder.path("libsample.so")) == 0)
      let recorded = try Recorded.attached(to: target.pid, seconds: 1)
      #expect(recorded.folded.percent(through: "main;call_many;library_*") >= 20, "\(recorded.summary)")
      #expect(recorded.unnamedPercent < 0.5, "\(recorded.summary)")
    }

    @Test("Code made at run time, told by a perf map or a jitdump", arguments: ["map", "dump"])
    func jit(_ how: String) throws {
      let folder = try TemporaryFolder()
      let recorded = try Recorded.sample("jit", ["60", how], folder: folder.path)
      #expect(recorded.folded.percent(through: "main;run;jit_outer;jit_inner") >= 98, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 99.5, "\(recorded.summary)")
      #expect(try recorded.folder.text("out.folded").contains("jit_inner_[j]"))
    }

    @Test("A forked child runs its parent's run-time code", arguments: ["map", "dump"])
    func jitFork(_ how: String) throws {
      let folder = try TemporaryFolder()
      // From its start: the child, which does the work, is followed because it is born later.
      let recorded = try Recorded.command(["env", "-C", folder.path, Machine.sample("jit"), "2", how, "fork"])
      #expect(recorded.folded.percent(through: "main;run;jit_outer;jit_inner") >= 95, "\(recorded.summary)")
    }

    @Test("Addresses of a jitdump that are used again belong to whom they belonged to at the time")
    func jitReuse() throws {
      let folder = try TemporaryFolder()
      let recorded = try Recorded.sample("jit", ["60", "reuse"], seconds: 5, folder: folder.path)
      let first = recorded.folded.percent(through: "main;run;jit_outer;jit_inner")
      let second = recorded.folded.percent(through: "main;run;jit_second_outer;jit_second_inner")
      // Where in a round the recording began is not known, so the halves are not exact.
      #expect(first >= 25 && second >= 25 && first + second >= 98, "\(first) and \(second)\n\(recorded.summary)")
    }

    @Test("Unwinding records of a jitdump are used at the time for which the code lay there")
    func jitUnwinding() throws {
      let folder = try TemporaryFolder()
      let recorded = try Recorded.sample("jitunwind", ["60"], seconds: 4, folder: folder.path)
      let folded = recorded.folded
      #expect(folded.rootedPercent >= 99, "\(recorded.summary)")
      let (first, second) = (
        folded.percent(through: "main;run;jit_a;leaf_a"), folded.percent(through: "main;run;jit_b;leaf_b")
      )
      #expect(first >= 25 && second >= 25 && first + second >= 98, "\(first) and \(second)\n\(recorded.summary)")
      #expect(folded.percent { $0.contains("leaf_a") && $0.contains("jit_b") } < 0.5, "\(recorded.summary)")
    }

    @Test("Code registered by gdb's JIT interface is unwound and named")
    func gdbInterface() throws {
      let recorded = try Recorded.sample("gdbjit", ["60", "symbols"])
      #expect(recorded.folded.percent(through: "main;run;jit_outer;jit_inner;leaf") >= 99, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 99, "\(recorded.summary)")
      #expect(recorded.outcome.errors.contains("[jit]") == false, "\(recorded.outcome.errors)")
    }

    @Test("Code registered by __register_frame is unwound")
    func registeredFrames() throws {
      let recorded = try Recorded.sample("gdbjit", ["60", "frames"])
      #expect(recorded.folded.percent(through: "main;run;[jit]*;[jit]*;leaf") >= 99, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 99, "\(recorded.summary)")
    }

    @Test("Registered code whose addresses are used again is never another's")
    func registeredReuse() throws {
      let recorded = try Recorded.sample("gdbjit", ["60", "reuse"], seconds: 4)
      let folded = recorded.folded
      let (first, second) = (
        folded.percent(through: "main;run;jit_outer;jit_inner;leaf"),
        folded.percent(through: "main;run;jit_second_outer;jit_second_inner;leaf_second")
      )
      // What was sampled between the readings around a change is nobody's.
      #expect(first >= 10 && second >= 10, "\(first) and \(second)\n\(recorded.summary)")
      let mixed = folded.percent { frames in
        frames.contains("leaf_second")
          ? frames.contains { $0 == "jit_outer" || $0 == "jit_inner" }
          : frames.contains("leaf") && frames.contains { $0.hasPrefix("jit_second") }
      }
      #expect(mixed < 0.5, "\(recorded.summary)")
    }

    @Test("JIT code that nobody tells of is unwound by its frame pointers all the same")
    func jitUntold() throws {
      let recorded = try Recorded.sample("jit", ["60", "none"])
      #expect(recorded.folded.percent(through: "main;run") >= 98, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 99, "\(recorded.summary)")
    }
  }
}
