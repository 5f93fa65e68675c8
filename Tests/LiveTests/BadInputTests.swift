import Foundation
import Testing

extension LiveTests {
  /// One clear sentence and the right exit status for everything that can be asked wrongly.
  @Suite struct BadInput {
    private static let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]

    @Test(
      "Usage errors",
      arguments: [
        ["record"], ["record", "-p", ""], ["record", "-p", "1", "-F", "0"], ["record", "--no-such-option"],
        ["record", "-p", "1", "-d", "-1"], ["convert"], ["no-such-command"], ["report"],
      ])
    func usage(_ arguments: [String]) throws {
      expect(64, try run([Machine.perfprof] + arguments))
    }

    @Test("A usage error ends with how the command is written, and with its help")
    func helpOfTheCommand() throws {
      for command in ["record", "report", "convert", "diff", "flamegraph", "info", "name", "doctor"] {
        let outcome = try perfprof(command, "--no-such-option")
        let lines = outcome.errors.split(separator: "\n")
        #expect(outcome.status == 64 && lines.count >= 3, "\(outcome.errors)")
        #expect(lines.first?.hasPrefix("perfprof: ") ?? false)
        #expect(lines.dropFirst().first?.hasPrefix("usage: perfprof \(command)") ?? false, "\(outcome.errors)")
        #expect(lines.last?.contains("`perfprof \(command) --help`") ?? false, "\(outcome.errors)")
      }
    }

    @Test(
      "A first word that is no command is answered with the command that was meant",
      arguments: [
        (["-p", "12", "-d", "3"], "perfprof record -p 12 -d 3"), (["--", "true"], "perfprof record -- true"),
        (["4194304"], "perfprof record -p 4194304"),
        (["record", "4194304"], "perfprof record -p 4194304"), (["/bin/true", "x"], "perfprof record -- /bin/true x"),
        (["/etc/passwd"], "perfprof report /etc/passwd"), (["flamgraph", "x"], "perfprof flamegraph"),
        (["no-such-command"], "record, view, flamegraph"),
      ])
    func suggestions(_ words: [String], _ meant: String) throws {
      expect(64, try run([Machine.perfprof] + words), mentions: meant)
    }

    @Test(
      "Outputs that can't be written are refused before anything runs",
      arguments: [
        ["-o", "/proc/x.svg"], ["-o", "/nonexistent/x.perfprof"], ["-o", "/proc/x.perfprof"],
        ["-o", "x.perfprof", "-o", "/nonexistent/x.svg"],
        ["-o", String(repeating: "n", count: 252) + ".svg"],
      ])
    func unwritable(_ outputs: [String]) throws {
      let folder = try TemporaryFolder()
      let outcome = try run(
        [Machine.perfprof, "record"] + outputs + ["--", "/bin/touch", folder.path("ran")], folder: folder.path)
      expect(73, outcome, mentions: "can't write")
      #expect(folder.names.isEmpty, "\(folder.names)")
    }

    @Test("No process has the name")
    func noSuchName() throws {
      expect(66, try perfprof("record", "-p", "no-such-program"), mentions: "no-such-program")
    }

    @Test("Sleepers are seen by ptrace alone")
    func idle() throws {
      expect(64, try perfprof("record", "--idle", "--sampler", "perf", "-p", "1"), mentions: "--sampler perf")
      expect(64, try perfprof("record", "--idle", "-a"), mentions: "--idle")
    }

    @Test("No such process")
    func noSuchProcess() throws {
      let gone = try ChildProcess(["/bin/true"])
      gone.wait()
      expect(66, try record(gone.pid), mentions: "\(gone.pid)")
    }

    @Test("A zombie")
    func zombie() throws {
      let parent = try ChildProcess([Machine.sample("zombie"), "60"])
      try #require(parent.waitUntilReady())
      let zombie = try #require(parent.line().flatMap { pid_t($0) })
      expect(66, try record(zombie), mentions: "\(zombie)")
    }

    @Test(
      "A kernel thread",
      .enabled(
        if: (try? String(contentsOfFile: "/proc/2/comm", encoding: .utf8)) == "kthreadd\n",
        "no kernel thread is visible in this PID namespace"))
    func kernelThread() throws {
      let outcome = try record(2)
      #expect([66, 69].contains(outcome.status), "\(outcome.status): \(outcome.errors)")
      #expect(outcome.errors.contains("kernel"), "\(outcome.errors)")
    }

    @Test("Another user's process", .enabled(if: Machine.isRoot, "needs root, to become another user"))
    func otherUser() throws {
      let target = try ChildProcess([Machine.sample("shares"), "60"])
      try #require(target.waitUntilReady())
      let readable = try ReadableCopy()
      let outcome = try run(
        Self.nobody + [readable.perfprof, "record", "-p", "\(target.pid)", "-d", "1", "-o", "out.svg"],
        folder: try readable.openFolder())
      expect(77, outcome, mentions: "\(target.pid)")
    }

    @Test("An ordinary user's own process", .enabled(if: Machine.isRoot, "needs root, to become another user"))
    func ordinaryUser() throws {
      let readable = try ReadableCopy()
      let folder = try readable.openFolder()
      let outcome = try run(
        Self.nobody + [
          readable.perfprof, "record", "-F", "997", "-o", "out.folded", "--", readable.sample("shares"), "2",
        ], folder: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let folded = try #require(FoldedText(try String(contentsOfFile: "\(folder)/out.folded", encoding: .utf8)))
      #expect(abs(folded.percent(through: "main;round_of_work;fifty") - 50) <= 2)
      #expect(folded.rootedPercent >= 99)
    }

    @Test("An output that can't be written", arguments: ["/nonexistent/folder/out.svg", "/proc/out.svg"])
    func unwritable(_ path: String) throws {
      expect(
        73, try perfprof("record", "-o", path, "--", Machine.sample("short")), mentions: path)
    }

    @Test(
      "A full disk keeps what was sampled or says that it is full", .enabled(if: Machine.isRoot, "needs root to mount"))
    func fullDisk() throws {
      let folder = try TemporaryFolder()
      let mounted = try run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path])
      try #require(mounted.status == 0, "\(mounted.errors)")
      defer { _ = try? run(["umount", folder.path]) }
      #expect(try run(["dd", "if=/dev/zero", "of=\(folder.path("filler"))"]).status != 0, "the disk is full")
      let outcome = try perfprof(
        "record", "-F", "997", "-o", folder.path("out.perfprof"), "--", Machine.sample("short"), "200")
      expect(73, outcome, mentions: "No space left")
    }

    @Test("A standard output that is full", arguments: ["folded", "svg", "speedscope"])
    func fullOutput(_ format: String) throws {
      let folder = try TemporaryFolder()
      try "a;b 1\n".write(toFile: folder.path("in.folded"), atomically: false, encoding: .utf8)
      let outcome = try run([
        "/bin/sh", "-c", "\"$1\" convert \"$2\" -o - --format \"$3\" >/dev/full", "sh", Machine.perfprof,
        folder.path("in.folded"), format,
      ])
      expect(73, outcome)
    }

    @Test("Files that are no profile", arguments: ["report", "info", "flamegraph", "convert", "diff"])
    func alien(_ command: String) throws {
      let folder = try TemporaryFolder()
      let path = folder.path("alien.perfprof")
      try Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7) }).write(to: URL(fileURLWithPath: path))
      var arguments = [command, path]
      if command == "diff" { arguments.append(path) }
      if ["convert", "flamegraph", "diff"].contains(command) { arguments += ["-o", folder.path("out.svg")] }
      expect(65, try run([Machine.perfprof] + arguments), mentions: path)
      #expect(folder.names == ["alien.perfprof"], "nothing is left behind")
    }

    @Test("No such file")
    func noSuchFile() throws {
      expect(66, try perfprof("report", "/nonexistent.perfprof"), mentions: "/nonexistent.perfprof")
    }

    @Test("A recording cut anywhere gives what is there, or is refused; it never crashes")
    func truncated() throws {
      let recorded = try Recorded.sample("shares", seconds: 1)
      let whole = try Data(contentsOf: URL(fileURLWithPath: recorded.folder.path("out.perfprof")))
      let path = recorded.folder.path("cut.perfprof")
      var read = 0
      for tenth in 0..<20 {
        let length = whole.count * tenth / 20
        try whole.prefix(length).write(to: URL(fileURLWithPath: path))
        let outcome = try perfprof("info", path)
        #expect([0, 65].contains(outcome.status), "cut at \(length) of \(whole.count): \(outcome.errors)")
        if outcome.status == 0 { read += 1 }
      }
      #expect(read >= 5, "only \(read) of 20 cuts could be read")
    }

    private func record(_ pid: pid_t) throws -> Outcome {
      let folder = try TemporaryFolder()
      let outcome = try perfprof("record", "-p", "\(pid)", "-d", "1", "-o", "out.perfprof", folder: folder.path)
      #expect(folder.names.isEmpty, "nothing is left behind")
      return outcome
    }

    private func expect(_ status: Int32, _ outcome: Outcome, mentions text: String = "") {
      #expect(outcome.status == status, "\(outcome.errors)")
      #expect(text.isEmpty || outcome.errors.contains(text), "\(outcome.errors)")
      #expect(!outcome.errors.contains("Fatal error") && !outcome.errors.isEmpty)
      #expect(outcome.output.isEmpty)
    }
  }
}

/// Copies of perfprof and of samples where every user can run them.
final class ReadableCopy {
  let folder: TemporaryFolder
  init() throws {
    folder = try TemporaryFolder()
    chmod(folder.path, 0o755)
    for path in [Machine.perfprof, Machine.sample("shares")] {
      let copy = folder.path(URL(fileURLWithPath: path).lastPathComponent)
      try copyProgram(path, to: copy)
    }
  }
  /// A folder that everyone may write to.
  func openFolder() throws -> String {
    let open = folder.path("open")
    try FileManager.default.createDirectory(atPath: open, withIntermediateDirectories: true)
    chmod(open, 0o777)
    return open
  }
  /// The copied binary.
  var perfprof: String { folder.path("perfprof") }
  /// The copied sample.
  func sample(_ name: String) -> String { folder.path(name) }
}
