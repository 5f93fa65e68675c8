import Foundation
import Testing

extension LiveTests {
  /// Whether the samples show the CPU time that was used, judged by what the kernel accounts to the programs themselves.
  @Suite struct CPUTime {
    @Test(
      "Processes and threads shorter than a period",
      .enabled(if: Machine.isRoot, "CPUs are sampled by root only, whatever perf_event_paranoid is"),
      arguments: [
        ("fork", "1500"), ("vfork", "700"), ("exec", "700"), ("thread", "1500"), ("daemon", "1000"),
        ("sibling", "1000"),
      ])
    func brief(_ kind: String, _ count: String) throws {
      let recorded = try Recorded.command([Machine.sample("brief"), kind, count, "1"])
      let used = try Self.statedTime(recorded)
      let sampled = try #require(recorded.number("cpuSecondsSampled"))
      // The program's account ends before its own exit, a daemon's before its memory is freed.
      let most = kind == "daemon" ? 1.25 : 1.06
      #expect((0.94...most).contains(sampled / used), "\(sampled) of \(used) s\n\(recorded.summary)")
      #expect(recorded.folded.percent(through: "brief_work") > 5, "\(recorded.summary)")
      let names = Set(recorded.folded.stacks.compactMap(\.frames.first))
      #expect(names.isSubset(of: ["brief", "exe", "kid"]), "\(names)")
      guard kind != "daemon" else { return }
      // Nobody was told whose the siblings are, if they ended between two looks.
      let known = recorded.number("cpuSecondsUsed")
      guard let known else {
        #expect(kind == "sibling", "\(recorded.summary)")
        return
      }
      #expect((0.98...1.03).contains(known / used), "\(known) of \(used) s")
      #expect(!recorded.outcome.errors.contains("of which the samples show"), "\(recorded.outcome.errors)")
    }

    @Test(
      "A process's later children are its own, whoever takes them over; other processes are not",
      .enabled(if: Machine.isRoot, "CPUs are sampled by root only, whatever perf_event_paranoid is"))
    func attached() throws {
      let other = try ChildProcess([Machine.sample("brief"), "fork", "1000000", "1"])
      let folder = try TemporaryFolder()
      try #require(try run(["mkfifo", folder.path("go")]).status == 0)
      let script = "exec 3<>go; echo READY; read line <&3; \(Machine.sample("brief")) daemon 300 1 2; exec sleep 60"
      let target = try ChildProcess(["/bin/sh", "-c", script], folder: folder.path)
      try #require(target.waitUntilReady())
      let recorder = try ChildProcess(
        [Machine.perfprof, "record", "-p", "\(target.pid)", "-o", folder.path("out.folded"), "-F", "999"],
        errors: folder.path("errors"))
      try #require(Self.waitUntilSampling(recorder))
      try #require(try run(["/bin/sh", "-c", "echo go > go"], folder: folder.path).status == 0)
      let used = try #require(target.line().flatMap { Double($0.dropFirst("used ".count)) })
      recorder.signal(SIGINT)
      recorder.wait()
      let folded = try #require(FoldedText(try folder.text("out.folded")))
      let sampled = Double(folded.total) / 999
      #expect((0.9...1.15).contains(sampled / used), "\(sampled) of \(used) s")
      #expect(folded.percent { $0.contains("detach") && $0.contains("brief_work") } > 30)
      #expect(!other.hasEnded)
    }

    /// Waits until perfprof has its rings and an event for each CPU; false when it ended before.
    private static func waitUntilSampling(_ recorder: ChildProcess) -> Bool {
      let folder = "/proc/\(recorder.pid)/fd"
      while !recorder.hasEnded {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let events = files.count {
          let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
          return link?.contains("perf_event") ?? false
        }
        if events >= 2 * ProcessInfo.processInfo.processorCount { return true }
        usleep(1000)
      }
      return false
    }

    @Test("A sample stands under the name that its process had then")
    func names() throws {
      let work = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"
      let recorded = try Recorded.command([
        "/bin/sh", "-c", "\(work); exec \(Machine.sample("brief")) kid 1 300",
      ])
      let names = Dictionary(grouping: recorded.folded.stacks) { $0.frames.first ?? "" }
        .mapValues { $0.reduce(0) { $0 + $1.count } }
      #expect(Set(names.keys).isSubset(of: ["sh", "brief", "kid"]), "\(names)")
      #expect(names["sh", default: 0] > 50 && names["kid", default: 0] > 100, "\(names)")
      // One process, one thread, whatever they are called.
      #expect(recorded.number("processes") == 1 && recorded.number("threads") == 1)
    }

    @Test(
      "Exit work belongs to who exits, also where every process is sampled",
      .enabled(if: Machine.isRoot, "samples all processes"))
    func exits() throws {
      let target = try ChildProcess([Machine.sample("brief"), "exec", "1000000", "0"])
      let recorded = try Recorded.machine(seconds: 2)
      let nameless = recorded.folded.stacks.filter { $0.frames.first?.hasPrefix("pid-") ?? false }
      #expect(nameless.isEmpty, "\(nameless.first.map(String.init(describing:)) ?? "") \(recorded.summary)")
      #expect(recorded.folded.percent { $0.first == "kid" && $0.contains("do_exit") } > 0, "\(recorded.summary)")
      #expect(target.hasEnded == false)
      #expect(recorded.number("cpuSecondsUsed") ?? 0 > 0)
    }

    // MARK: Nothing to see

    @Test("What threads did while they had no CPU is what they were made to do", arguments: ["perf", "ptrace"])
    func threadTimes(_ sampler: String) throws {
      // Two that share one CPU, so that each waits while the other runs; a third that asks for none.
      let loop = "while :; do :; done"
      let target = try ChildProcess(["taskset", "-c", "0", "sh", "-c", "(\(loop)) & (\(loop)) & echo READY; wait"])
      try #require(target.waitUntilReady())
      let children = target.children
      defer { for child in children { kill(child, SIGKILL) } }
      let recorded = try Recorded.attached(
        to: target.pid, seconds: 3,
        options: children.flatMap { ["-p", "\($0)"] } + ["--sampler", sampler])
      let resources = try #require(recorded.info["resources"] as? [String: Any])
      let threads = try #require(resources["threads"] as? [String: Any])
      func number(_ name: String) -> Double { (threads[name] as? NSNumber)?.doubleValue ?? -1 }
      let (wall, ran) = (number("wallSeconds"), number("onCPUSeconds"))
      let (runnable, blocked) = (number("runnableSeconds"), number("blockedSeconds"))
      #expect(abs(ran + runnable + blocked - wall) < 0.001)
      let seconds = try #require(recorded.number("durationSeconds"))
      // The shell waits for its children. (Under ptrace a thread that is stopped for a sample is blocked.)
      if sampler == "perf" {
        #expect(abs(blocked / seconds - 1) < 0.2, "\(threads)")
        #expect(abs((ran + runnable) / seconds - 2) < 0.2, "\(threads)")
      }
      #expect(runnable / (ran + runnable) > 0.45, "\(threads)")
      let used = try #require(recorded.number("cpuSecondsUsed"))
      #expect(abs(ran / used - 1) < 0.05, "\(ran) of \(used) s")
    }

    @Test("A target that sleeps, and one that is stopped, are called so")
    func idle() throws {
      let sleeper = try ChildProcess(["sleep", "60"])
      let asleep = try Recorded.attached(to: sleeper.pid, seconds: 0.5)
      #expect(asleep.outcome.errors.contains("slept all the time"), "\(asleep.outcome.errors)")
      #expect(asleep.number("cpuSecondsUsed") == 0)
      sleeper.signal(SIGSTOP)
      while !ThreadStates(of: sleeper.pid).isStopped { usleep(1000) }
      let stopped = try Recorded.attached(to: sleeper.pid, seconds: 0.5)
      #expect(stopped.outcome.errors.contains("is stopped"), "\(stopped.outcome.errors)")
      #expect(stopped.outcome.errors.contains("kill -CONT \(sleeper.pid)"))
    }

    @Test("A program too short for the rate is told the rate that isn't")
    func tooShort() throws {
      let recorded = try Recorded.command([Machine.sample("brief"), "kid", "1", "2"], options: ["-F", "1"])
      guard recorded.folded.total == 0 else { return }
      #expect(recorded.outcome.errors.contains("too little for one"), "\(recorded.outcome.errors)")
      #expect(recorded.outcome.errors.contains("-F "))
    }

    // MARK: Ordinary users

    private static let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]

    @Test(
      "Setuid and unreadable programs may only be sampled by root, and an ordinary user is told",
      .enabled(if: Machine.isRoot, "changes users"), arguments: ["4755", "711"])
    func notDumpable(_ mode: String) throws {
      let folder = try UserFolder()
      try folder.install("brief", mode: mode)
      let errors = try folder.record(["./hidden", "kid", "1", "300"])
      guard let errors else { return }
      #expect(errors.contains("hidden: may only be sampled by root"), "\(errors)")
      #expect(errors.contains("run perfprof as root"))
    }

    @Test(
      "In a script of three programs the one that may not be sampled is named, and its CPU time is missed",
      .enabled(if: Machine.isRoot, "changes users"))
    func script() throws {
      let folder = try UserFolder()
      try folder.install("brief", mode: "4755")
      let visible = "\(Machine.sample("brief")) kid 1 300"
      guard let errors = try folder.record(["/bin/sh", "-c", "\(visible); ./hidden kid 1 300; \(visible)"]) else {
        return
      }
      #expect(errors.contains("hidden: may only be sampled by root"), "\(errors)")
      #expect(errors.contains("of which the samples show"), "\(errors)")
    }

    @Test(
      "Where only threads may be sampled, short processes are missing, and that is said",
      .enabled(if: Machine.isRoot, "changes users"))
    func bias() throws {
      let folder = try UserFolder()
      let command = [Machine.sample("brief"), "fork", "300", "1"]
      guard let errors = try folder.record(command, options: ["-F", "499"]) else { return }
      #expect(errors.contains("begins with a whole period"), "\(errors)")
      #expect(errors.contains("kernel.perf_event_paranoid"))
    }

    @Test(
      "A target that stays in the kernel, where the kernel may not be sampled",
      .enabled(if: Machine.isRoot, "changes users"))
    func kernelOnly() throws {
      let folder = try UserFolder()
      guard let errors = try folder.record(["dd", "if=/dev/zero", "of=/dev/null", "bs=64M", "count=60"]) else { return }
      #expect(errors.contains("in the kernel, which is not sampled"), "\(errors)")
    }

    /// A folder that an ordinary user may write to.
    private struct UserFolder {
      let folder: TemporaryFolder

      init() throws {
        folder = try TemporaryFolder()
        try #require(try run(["chmod", "777", folder.path]).status == 0)
      }

      /// A copy of a sample as `hidden`, root's, with these rights.
      func install(_ sample: String, mode: String) throws {
        let made = try run(["install", "-m", mode, Machine.sample(sample), folder.path("hidden")])
        try #require(made.status == 0, "\(made.errors)")
      }

      /// What `record` said; nil where an ordinary user may sample nothing, or even CPUs.
      func record(_ command: [String], options: [String] = []) throws -> String? {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/perf_event_paranoid", encoding: .utf8)
        let paranoid = Int(text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "")
        guard let paranoid, (1...2).contains(paranoid) else { return nil }
        let outcome = try run(
          CPUTime.nobody + [Machine.perfprof, "record", "-o", "out.perfprof"] + options + ["--"] + command,
          folder: folder.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome.errors
      }
    }

    /// What the program printed.
    private static func statedTime(_ recorded: Recorded) throws -> Double {
      let line = recorded.outcome.output.split(separator: "\n").first { $0.hasPrefix("used ") }
      return try #require(line.flatMap { Double($0.dropFirst("used ".count)) }, "\(recorded.summary)")
    }
  }
}
