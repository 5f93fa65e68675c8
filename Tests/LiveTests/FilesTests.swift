import Foundation
import Testing

extension LiveTests {
  /// Which files appear, whose they are, and what they never replace.
  @Suite struct Files {
    @Test("Without -o: NAME-PID.perfprof and .svg here, for their user alone, never overwriting")
    func defaultNames() throws {
      let folder = try TemporaryFolder()
      let target = try ChildProcess([Machine.sample("shares"), "60"])
      try #require(target.waitUntilReady())
      let first = try perfprof("record", "-p", "\(target.pid)", "-d", "0.5", folder: folder.path)
      #expect(first.status == 0, "\(first.errors)")
      let names = ["shares-\(target.pid).perfprof", "shares-\(target.pid).svg"]
      #expect(folder.names == names)
      for name in names {
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path(name))[.posixPermissions] as? Int
        #expect(mode == 0o600, "\(name)")
      }
      let before = try Data(contentsOf: URL(fileURLWithPath: folder.path(names[0])))
      let second = try perfprof("record", "-p", "\(target.pid)", "-d", "0.5", folder: folder.path)
      #expect(second.status == 0, "\(second.errors)")
      #expect(folder.names.count == 4)
      #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path(names[0]))) == before)
    }

    @Test("Every extension of the contract is written")
    func extensions() throws {
      let folder = try TemporaryFolder()
      let names = ["a.folded", "a.perfprof", "a.speedscope.json", "a.svg", "a.txt"]
      let outcome = try run(
        [Machine.perfprof, "record"] + names.flatMap { ["-o", $0] } + ["--", Machine.sample("short")],
        folder: folder.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(folder.names == names)
      #expect(try folder.text("a.folded") == folder.text("a.txt"))
      for name in names { #expect(outcome.errors.contains(name), "the summary names \(name): \(outcome.errors)") }
    }

    @Test("What record draws, without reading its recording, is what the recording gives")
    func sameViews() throws {
      let folder = try TemporaryFolder()
      let names = [
        "svg": "a.svg", "html": "a.html", "folded": "a.folded", "speedscope": "a.speedscope.json", "pprof": "a.pb.gz",
      ]
      var arguments = [Machine.perfprof, "record", "-F", "1999"]
      for name in ["a.perfprof", "b.perfprof"] + names.values.sorted() { arguments += ["-o", name] }
      let outcome = try run(arguments + ["--", "/bin/sh", "-c", Self.families], folder: folder.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.path(name))) }
      #expect(try bytes("a.perfprof") == bytes("b.perfprof"))
      for (format, name) in names {
        let converted = try perfprof(
          "convert", "a.perfprof", "--format", format, "-o", "view", folder: folder.path)
        #expect(converted.status == 0, "\(converted.errors)")
        #expect(try bytes("view") == bytes(name), "\(format)")
        unlink(folder.path("view"))
      }
    }

    /// Programs of one shell, one after the other and by its side.
    private static let families = "for i in 1 2 3 4 5; do \(Machine.sample("short")) & /bin/ls / >/dev/null; done; wait"

    @Test("Under sudo, files belong to who called", .enabled(if: Machine.isRoot, "needs root"))
    func sudo() throws {
      let folder = try TemporaryFolder()
      let outcome = try perfprof(
        "record", "-o", "a.svg", "-o", "a.perfprof", "--", Machine.sample("short"), folder: folder.path,
        environment: ["SUDO_UID": "65534", "SUDO_GID": "65534"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      for name in ["a.svg", "a.perfprof"] {
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
        #expect(attributes[.ownerAccountID] as? Int == 65534, "\(name)")
      }
    }

    @Test("Views take - for standard input and output")
    func standardStreams() throws {
      let folder = try TemporaryFolder()
      try "main;a 3\nmain;b 1\n".write(toFile: folder.path("in"), atomically: false, encoding: .utf8)
      let folded = try perfprof("convert", "-", "-o", "-", "--format", "folded", input: folder.path("in"))
      #expect(folded.output == "main;a 3\nmain;b 1\n", "\(folded.errors)")
      let svg = try perfprof("flamegraph", "-", "-o", "-", input: folder.path("in"))
      #expect(svg.output.contains("<svg"), "\(svg.errors)")
      let report = try json(of: [
        "/bin/sh", "-c", "\"$1\" report - --json <\"$2\"", "sh", Machine.perfprof, folder.path("in"),
      ])
      let functions = try #require(report["functions"] as? [[String: Any]])
      #expect(functions.contains { $0["name"] as? String == "a" && $0["self"] as? Int == 3 })
    }

    @Test("Pictures can leave the command line out, which the recording keeps")
    func commandLine() throws {
      let folder = try TemporaryFolder()
      let outcome = try perfprof(
        "record", "--no-command", "-o", "a.svg", "-o", "a.html", "-o", "a.perfprof", "--", "/bin/sh", "-c",
        "exec \"$0\"", Machine.sample("short"), "--password=hush", folder: folder.path)
      #expect(outcome.status == 0 && !outcome.errors.contains("hush"), "\(outcome.errors)")
      let told = try perfprof("flamegraph", "a.perfprof", "-o", "-", folder: folder.path)
      #expect(told.output.contains("--password=hush"))
      let untold = try perfprof("flamegraph", "--no-command", "a.perfprof", "-o", "-", folder: folder.path)
      for picture in [untold.output, try folder.text("a.svg"), try folder.text("a.html")] {
        #expect(picture.contains("flame graph") && !picture.contains("hush"))
      }
    }

    @Test("What names hide is shown on standard error and in reports, and exact in JSON")
    func hiddenCharacters() throws {
      let folder = try TemporaryFolder()
      let name = "no\u{1B}[31m\u{202E}such\u{200B}\u{E0041}\nperfprof: done"
      let shown = #"no\u{1B}[31m\u{202E}such\u{200B}\u{E0041}\u{A}perfprof: done"#
      let missing = try perfprof("report", name, folder: folder.path)
      #expect(missing.status == 66 && missing.errors.contains(shown), "\(missing.errors)")
      let invalid = try perfprof("report", "--names", "\u{1B}[2J\u{202E}", "x", folder: folder.path)
      #expect(invalid.status == 64 && !invalid.errors.contains("\u{1B}") && !invalid.errors.contains("\u{202E}"))
      try "main;ma\u{200B}in\u{E0041} 3\n".write(toFile: folder.path("in"), atomically: false, encoding: .utf8)
      let report = try perfprof("report", "in", folder: folder.path)
      #expect(report.output.contains(#"ma\u{200B}in\u{E0041}"#), "\(report.output)")
      let exact = try json(of: [Machine.perfprof, "report", "--json", folder.path("in")])
      let functions = try #require(exact["functions"] as? [[String: Any]])
      #expect(
        functions.contains {
          ($0["name"] as? String).map { Array($0.unicodeScalars) } == Array("ma\u{200B}in\u{E0041}".unicodeScalars)
        })
    }

    @Test("Nothing but the summary on standard error when it is no terminal, and nothing with --quiet")
    func quiet() throws {
      let folder = try TemporaryFolder()
      let usual = try perfprof("record", "-o", "a.svg", "--", Machine.sample("short"), folder: folder.path)
      #expect(!usual.errors.contains("\r") && !usual.errors.contains("\u{1B}"), "\(usual.errors)")
      #expect(usual.output.isEmpty)
    }
  }

  /// Several targets, all targets, and what the views tell of them.
  @Suite struct Targets {
    @Test("Several processes at once, by comma and by repetition")
    func several() throws {
      let names = ["shares", "recursion", "vdso"]
      let targets = try names.map { name in
        try ChildProcess([Machine.sample(name)] + (name == "recursion" ? ["10", "60"] : ["60"]))
      }
      for target in targets { try #require(target.waitUntilReady()) }
      let folder = try TemporaryFolder()
      let outcome = try perfprof(
        "record", "-p", "\(targets[0].pid),\(targets[1].pid)", "-p", "\(targets[2].pid)", "-d", "2", "-o", "a.folded",
        folder: folder.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let folded = try #require(FoldedText(try folder.text("a.folded")))
      #expect(Set(folded.stacks.compactMap(\.frames.first)) == Set(names))
    }

    @Test("Every process", .enabled(if: Machine.isRoot, "needs root"))
    func all() throws {
      let targets = try ["shares", "vdso"].map { try ChildProcess([Machine.sample($0), "60"]) }
      for target in targets { try #require(target.waitUntilReady()) }
      let folder = try TemporaryFolder()
      let outcome = try perfprof("record", "-a", "-d", "2", "-F", "99", "-o", "a.folded", folder: folder.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let folded = try #require(FoldedText(try folder.text("a.folded")))
      #expect(folded.percent(through: "shares;main;round_of_work") > 5)
      #expect(folded.percent(through: "vdso;main;read_clock") > 5)
    }

    @Test("Threads by name")
    func threads() throws {
      let recorded = try Recorded.sample("threads")
      let outcome = try perfprof(
        "convert", "--threads", recorded.folder.path("out.perfprof"), "-o", "-", "--format", "folded")
      let folded = try #require(FoldedText(outcome.output))
      #expect(abs(folded.percent { $0.dropFirst().first == "odd" } - 50) <= 4, "\(outcome.errors)")
      #expect(abs(folded.percent { $0.dropFirst().first == "even" } - 50) <= 4)
    }
  }
}
