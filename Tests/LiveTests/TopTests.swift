import Foundation
import Testing

extension LiveTests {
  /// `perfprof top` on real terminals, which tmux is, and where there is none.
  @Suite struct Top {
    /// A terminal of tmux's with a program in it; a server of its own, that ends with this value.
    private final class Screen {
      private let folder: TemporaryFolder
      private let socket: String

      init(_ command: String, columns: Int, lines: Int) throws {
        folder = try TemporaryFolder()
        socket = folder.path("tmux")
        let started = try run(
          ["tmux", "-S", socket, "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(lines)", "sh"],
          environment: ["TERM": "xterm-256color", "PS1": "$ "])
        try #require(started.status == 0, "\(started.errors)")
        try type("\(command)", "Enter")
      }

      deinit { _ = try? run(["tmux", "-S", socket, "kill-server"]) }

      func type(_ keys: String...) throws { _ = try run(["tmux", "-S", socket, "send-keys"] + keys) }

      func resize(columns: Int, lines: Int) throws {
        _ = try run(["tmux", "-S", socket, "resize-window", "-x", "\(columns)", "-y", "\(lines)"])
      }

      /// What is on it.
      func text() throws -> String { try run(["tmux", "-S", socket, "capture-pane", "-p"]).output }

      /// Waits until it shows what is looked for; what it shows then, or at the end of patience.
      func wait(_ isThere: (String) -> Bool) throws -> String {
        let end = Date(timeIntervalSinceNow: 40)
        var text = try self.text()
        while !isThere(text), Date() < end {
          usleep(100_000)
          text = try self.text()
        }
        return text
      }
    }

    /// The rows of a table by the names of their functions: self and total in per cent.
    private func shares(_ text: String) -> [String: (own: Double, total: Double)] {
      var result: [String: (Double, Double)] = [:]
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ").map(String.init)
        guard words.count >= 6, words[1] == "%", words[3] == "%", let own = Double(words[0]),
          let total = Double(words[2])
        else { continue }
        result[words[5]] = (own, total)
      }
      return result
    }

    @Test("Functions, callers, threads, a filter and a pause, at any size, and the terminal as before")
    func terminal() throws {
      let program = try ChildProcess([Machine.sample("threads"), "600"])
      try #require(program.waitUntilReady())
      let screen = try Screen("\(Machine.perfprof) top -p \(program.pid); echo LEFT $?", columns: 80, lines: 24)
      var text = try screen.wait { $0.contains("odd_work") && $0.contains("even_work") }
      #expect(text.contains("rooted") && text.contains("0 lost") && text.contains("unnamed"), "\(text)")
      // The program's threads spend half of the time in each.
      text = try screen.wait { text in (shares(text)["odd_work"]?.total ?? 0) > 40 && text.contains("last 10.0 s") }
      let total = shares(text)["odd_work"]?.total ?? 0
      #expect(total > 40 && total < 60, "\(text)")
      try screen.resize(columns: 120, lines: 40)
      text = try screen.wait { text in
        text.split(separator: "\n", omittingEmptySubsequences: false).last { !$0.isEmpty }?.contains("v value") == true
      }
      #expect(text.contains("rooted") && text.contains("odd_work"), "\(text)")
      try screen.type("/", "even_work", "Enter")
      text = try screen.wait { $0.contains("even_work") && !$0.contains("odd_work") }
      #expect(text.contains("filter: even_work"), "\(text)")
      try screen.type("Enter")
      text = try screen.wait { $0.contains("thread_main") && $0.contains("calls") }
      #expect(text.contains("rooted"), "\(text)")
      try screen.type("Tab")
      #expect(try screen.wait { $0.contains("TID") }.contains("\(program.pid)"))
      try screen.type("p")
      #expect(try screen.wait { $0.contains("PAUSED") }.contains("PAUSED"))
      try screen.resize(columns: 30, lines: 5)
      #expect(try screen.wait { $0.contains("rooted") && !$0.contains("v value") }.contains("rooted"))
      try screen.resize(columns: 80, lines: 24)
      try screen.type("q")
      text = try screen.wait { $0.contains("\nLEFT 0") && !$0.contains("rooted") }
      #expect(text.contains("LEFT 0") && !text.contains("rooted"), "\(text)")
      // The terminal echoes and takes lines as before.
      try screen.type("stty -a | tr ' ' '\\n' | grep -cx -e icanon -e echo -e isig", "Enter")
      #expect(try screen.wait { $0.contains("\n3\n") }.contains("\n3\n"))
    }

    @Test(
      "The terminal is as before when a signal or the target's end ends it",
      arguments: ["INT", "TERM", "QUIT", "target"])
    func ends(by cause: String) throws {
      let program = try ChildProcess([Machine.sample("threads"), "600"])
      try #require(program.waitUntilReady())
      let own = try Screen(
        "\(Machine.perfprof) top -p \(program.pid); stty -a | grep -c ' icanon'; echo LEFT", columns: 80, lines: 24)
      _ = try own.wait { $0.contains("odd_work") }
      switch cause {
      case "INT": try own.type("C-c")
      case "TERM", "QUIT":
        let found = try run(["pgrep", "-f", "perfprof top -p \(program.pid)$"]).output.split(separator: "\n")
        for pid in found.compactMap({ pid_t($0) }) { kill(pid, cause == "TERM" ? SIGTERM : SIGQUIT) }
      default: program.signal(SIGKILL)
      }
      // The command itself, as it was typed, has the word as well.
      let text = try own.wait { $0.contains("\nLEFT") && !$0.contains("rooted") }
      #expect(text.contains("1\nLEFT") && !text.contains("rooted"), "\(text)")
    }

    @Test("Stopped as a job it gives the terminal to the shell, and draws again when it's fetched")
    func suspends() throws {
      let program = try ChildProcess([Machine.sample("threads"), "600"])
      try #require(program.waitUntilReady())
      let screen = try Screen("\(Machine.perfprof) top -p \(program.pid)", columns: 80, lines: 24)
      let modes = "stty -a | tr ' ' '\\n' | grep -cx -e icanon -e echo -e ixon"
      _ = try screen.wait { $0.contains("odd_work") }
      try screen.type("C-z")
      var text = try screen.wait { $0.contains("Stopped") && !$0.contains("rooted") }
      #expect(text.contains("Stopped") && !text.contains("rooted"), "\(text)")
      try screen.type(modes, "Enter")
      #expect(try screen.wait { $0.contains("\n3\n") }.contains("\n3\n"))
      try screen.type("clear; fg", "Enter")
      text = try screen.wait { $0.contains("odd_work") && $0.contains("rooted") }
      #expect(text.contains("odd_work"), "\(text)")
      try screen.type("q")
      _ = try screen.wait { !$0.contains("rooted") }
      try screen.type(modes, "Enter")
      #expect(try screen.wait { $0.contains("\n3\n") }.contains("\n3\n"))
    }

    @Test("In a pipe it prints tables that say what a recording says, and nothing that steers a terminal")
    func pipe() throws {
      let program = try ChildProcess([Machine.sample("threads"), "600"])
      try #require(program.waitUntilReady())
      let outcome = try run(
        [Machine.perfprof, "top", "-p", "\(program.pid)", "-n", "2", "--interval", "2", "-F", "499"])
      #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
      #expect(!outcome.output.contains("\u{1B}"))
      let tables = outcome.output.components(separatedBy: "\n\n")
      #expect(tables.count == 2, "\(outcome.output)")
      for table in tables {
        let shares = shares(table)
        for name in ["odd_work", "even_work"] {
          #expect(abs((shares[name]?.total ?? 0) - 50) < 8, "\(table)")
        }
        #expect(table.contains("rooted") && table.contains("0 lost") && table.contains("unnamed"))
      }
      let waits = try run([Machine.perfprof, "top", "-p", "\(program.pid)", "--wall", "-n", "1"])
      #expect(waits.status == 0 && waits.output.contains("runnable"), "\(waits.output) \(waits.errors)")
    }

    @Test("What it can't watch it says as recording does")
    func refusals() throws {
      let gone = try run([Machine.perfprof, "top", "-p", "2147483000", "-n", "1"])
      let recorded = try run([Machine.perfprof, "record", "-p", "2147483000", "-d", "1"])
      #expect(gone.status == 66 && gone.errors == recorded.errors, "\(gone.errors)")
      #expect(try run([Machine.perfprof, "top", "-p", "1", "-a"]).status == 64)
      #expect(try run([Machine.perfprof, "top", "-n", "0"]).status == 64)
    }
  }
}
