import Foundation
import Testing

extension LiveTests {
  /// What `record` understands, however it is written.
  @Suite struct Words {
    private func record(_ words: [String], in folder: TemporaryFolder) throws -> Outcome {
      try run([Machine.perfprof, "record", "-o", "out.perfprof"] + words, folder: folder.path)
    }

    private func processes(in folder: TemporaryFolder) throws -> Int {
      let info = try json(of: [Machine.perfprof, "info", "--json", folder.path("out.perfprof")])
      return try #require(info["processes"] as? Int)
    }

    @Test("A program needs no -- in front, and its options are its own")
    func program() throws {
      let folder = try TemporaryFolder()
      let outcome = try record(["-F", "99", "/bin/echo", "-d", "--", "-p"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output == "-d -- -p\n")
      #expect(outcome.errors.contains("-d stands behind /bin/echo and goes to it"), "\(outcome.errors)")
      let plain = try record(["--", "/bin/echo", "-d"], in: folder)
      #expect(plain.output == "-d\n" && !plain.errors.contains("stands behind"), "\(plain.errors)")
    }

    @Test("Each option of record that takes a value takes the next word, and not the program")
    func optionsWithValues() throws {
      let help = try json(of: [Machine.perfprof, "--experimental-dump-help"])
      let command = try #require(help["command"] as? [String: Any])
      let commands = try #require(command["subcommands"] as? [[String: Any]])
      let record = try #require(commands.first { $0["commandName"] as? String == "record" })
      let arguments = try #require(record["arguments"] as? [[String: Any]])
      var seen = 0
      for argument in arguments where argument["kind"] as? String == "option" {
        for name in try #require(argument["names"] as? [[String: String]]) {
          let option = (name["kind"] == "long" ? "--" : "-") + (name["name"] ?? "")
          // The value may be invalid, but never missing, as it would be if it were taken for the program.
          let outcome = try perfprof("record", option, "/bin/echo")
          #expect(outcome.status != 0 && outcome.output.isEmpty, "\(option): \(outcome.errors)")
          #expect(!outcome.errors.contains("Missing value"), "\(option): \(outcome.errors)")
          seen += 1
        }
      }
      #expect(seen >= 15)
      let together = try perfprof("record", "-aF", "0", "-d", "1")
      #expect(together.status == 64 && together.errors.contains("-F 0"), "\(together.errors)")
    }

    @Test("Names stand for all processes called so, and numbers come with commas or blanks")
    func processesByName() throws {
      let folder = try TemporaryFolder()
      // A name that nothing else has.
      let name = "pp-\(getpid())"
      try FileManager.default.copyItem(atPath: Machine.sample("progress"), toPath: folder.path(name))
      let targets = try (0..<2).map { _ in try ChildProcess([folder.path(name), "60"]) }
      for target in targets { try #require(target.waitUntilReady()) }
      let byName = try record(["-p", name, "-d", "500ms"], in: folder)
      #expect(byName.status == 0, "\(byName.errors)")
      let numbers = targets.map { "\($0.pid)" }
      #expect(byName.errors.contains("\(name) is 2 processes: "), "\(byName.errors)")
      #expect(numbers.allSatisfy(byName.errors.contains))
      #expect(try processes(in: folder) == 2)
      for words in [["-p", numbers.joined(separator: " ")], ["-p"] + numbers, ["-p", numbers.joined(separator: ",")]] {
        let outcome = try record(words + ["-d", "0.5s"], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try processes(in: folder) == 2, "\(words)")
      }
    }

    @Test("Children that a process has already are not sampled, and that is said")
    func olderChildren() throws {
      let folder = try TemporaryFolder()
      let target = try ChildProcess(
        ["sh", "-c", "sleep 600 & sleep 600 & echo READY; trap 'kill $(jobs -p); exit' TERM; wait"], folder: folder.path
      )
      try #require(target.waitUntilReady())
      defer { for child in target.children { kill(child, SIGKILL) } }
      let options = ["-d", "0.1", "-o", folder.path("out.folded")]
      let alone = try run([Machine.perfprof, "record", "-p", "\(target.pid)"] + options)
      #expect(alone.errors.contains("2 processes that sh (\(target.pid)) made are not sampled"), "\(alone.errors)")
      #expect(alone.errors.contains("by -p sleep"), "\(alone.errors)")
      let family = ([target.pid] + target.children).map { "\($0)" }.joined(separator: ",")
      let together = try run([Machine.perfprof, "record", "-p", family] + options)
      #expect(!together.errors.contains("not sampled, being older"), "\(together.errors)")
    }

    @Test("Rates and times as people write them", arguments: ["1", "1s", "1000ms", "0.0166667m", "1 s"])
    func times(_ time: String) throws {
      let folder = try TemporaryFolder()
      let outcome = try record(["-F", "max", "-d", time, Machine.sample("shares"), "2"], in: folder)
      #expect(outcome.status != 64, "\(outcome.errors)")
      let info = try json(of: [Machine.perfprof, "info", "--json", folder.path("out.perfprof")])
      #expect((info["durationSeconds"] as? Double ?? 0) >= 0.9)
      let limit = try String(contentsOfFile: "/proc/sys/kernel/perf_event_max_sample_rate", encoding: .utf8)
      let asked = (info["frequency"] as? [String: Double])?["requested"]
      #expect(asked == min(100_000, Double(limit.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0))
    }

    @Test("--idle takes ptrace, and says what the samples are of")
    func idle() throws {
      let folder = try TemporaryFolder()
      let target = try ChildProcess([Machine.sample("idle"), "60"])
      try #require(target.waitUntilReady())
      let outcome = try record(["--idle", "-p", "\(target.pid)", "-d", "1"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("by ptrace") && outcome.errors.contains("elapsed time"), "\(outcome.errors)")
    }

    @Test("The manual page holds every option of every command")
    func manualPage() throws {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      let outcome = try run([root.appendingPathComponent("Tools/man-page").path, "--check", Machine.perfprof])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test("A terminal's width holds for every table and for the line of progress", arguments: [50, 80, 120])
    func terminals(columns: Int) throws {
      let folder = try TemporaryFolder()
      let program = Machine.sample("shares")
      for words in ["record -d 1 -o out.perfprof \(program) 1", "report out.perfprof", "info out.perfprof"] {
        let script = "stty cols \(columns) rows 40; '\(Machine.perfprof)' \(words)"
        let outcome = try run(["script", "-qec", script, "/dev/null"], folder: folder.path)
        for line in outcome.output.split(whereSeparator: \.isNewline) {
          let text = line.replacing("\u{1B}[K", with: "")
          // Names of files and commands to be copied stay whole.
          guard !text.hasPrefix("perfprof: wrote"), !text.contains("next: ") else { continue }
          #expect(text.count <= columns, "\(text)")
        }
      }
    }
  }
}
