import Foundation
import Testing

extension LiveTests {
  /// `perfprof threads`, judged by programs that know where their threads are, and by elfutils' eu-stack.
  @Suite struct Threads {
    private struct Dump {
      var threads: [[String: Any]]
      var whole: [String: Any]

      init(of pid: pid_t) throws {
        whole = try json(of: [Machine.perfprof, "threads", "-p", "\(pid)", "--json"])
        threads = whole["threads"] as? [[String: Any]] ?? []
      }

      /// The names of a thread's functions, leaf first.
      static func names(_ thread: [String: Any]) -> [String] {
        let stack = thread["stack"] as? [String: Any]
        let frames = stack?["frames"] as? [[String: Any]] ?? []
        return frames.compactMap { $0["name"] as? String }
      }

      static func isRooted(_ thread: [String: Any]) -> Bool {
        (thread["stack"] as? [String: Any])?["rooted"] as? Bool ?? false
      }

      static func wait(_ thread: [String: Any]) -> [String: Any] { thread["waitsFor"] as? [String: Any] ?? [:] }
    }

    @Test(
      "Only the threads that are named are recorded, those born later too, and it is said",
      arguments: ["perf", "ptrace"])
    func chosen(_ sampler: String) throws {
      let recorded = try Recorded.sample("threads", options: ["--thread", "od*", "--sampler", sampler])
      #expect(recorded.folded.percent(through: "thread_main;odd_work") > 95, "\(recorded.summary)")
      #expect(recorded.folded.percent(through: "even_work") == 0, "\(recorded.summary)")
      let notes = recorded.info["facts"] as? [[String: Any]] ?? []
      let note = try #require(notes.first { $0["fact"] as? String == "onlyThreads" }, "\(recorded.info)")
      let (samples, others) = (note["samples"] as? Double ?? 0, note["others"] as? Double ?? 0)
      #expect(samples == recorded.number("samples"))
      // The other half did as much.
      #expect(abs(samples - others) < 0.2 * samples, "\(note)")
      #expect(recorded.outcome.errors.contains("only threads 'od*' were recorded"), "\(recorded.outcome.errors)")
    }

    @Test("A thread that there is not is said before sampling")
    func missing() throws {
      let target = try ChildProcess([Machine.sample("shares"), "60"])
      try #require(target.waitUntilReady())
      let folder = try TemporaryFolder()
      let record = ["record", "-p", "\(target.pid)", "-d", "0.3", "-o", folder.path("out.perfprof"), "--thread"]
      let number = try run([Machine.perfprof] + record + ["4194999"])
      #expect(number.status == 66 && number.errors.contains("there are shares"), "\(number.errors)")
      let name = try run([Machine.perfprof] + record + ["sharks"])
      #expect(
        name.status == 0 && name.errors.contains("no thread has this name yet; there are shares"), "\(name.errors)")
      #expect(name.errors.contains("none of them ran"), "\(name.errors)")
      let own = try run([Machine.perfprof] + record + ["\(target.pid)"])
      #expect(own.status == 0 && own.errors.contains("0 samples of others were left out"), "\(own.errors)")
    }

    @Test("What each thread waits for, and none of their calls ends early")
    func waits() throws {
      let program = try ChildProcess([Machine.sample("blocked"), "4"])
      try #require(program.waitUntilReady())
      let kinds = [
        "epoll_wait": "epoll", "recv": "socket", "send": "socket", "accept": "accept", "connect": "connect",
        "sigtimedwait": "signal", "semtimedop": "message or semaphore", "semop": "message or semaphore",
        "msgrcv": "message or semaphore", "nanosleep": "sleep", "poll": "poll", "select": "poll", "futex": "futex",
        "io_getevents": "io_uring", "pause": "signal",
      ]
      var seen: Set<String> = []
      // A thread may be between two waits.
      for _ in 0..<10 where seen.count < kinds.count {
        let dump = try Dump(of: program.pid)
        #expect(dump.threads.count == kinds.count + 1)
        for thread in dump.threads {
          let names = Dump.names(thread)
          #expect(Dump.isRooted(thread), "\(names)")
          guard thread["state"] as? String == "waiting",
            let call = names.first(where: { $0.hasPrefix("wait_in_") })?.dropFirst("wait_in_".count)
          else { continue }
          let kind = Dump.wait(thread)["kind"] as? String
          #expect(kind == kinds[String(call)], "\(call)")
          #expect(names.contains("blocked_thread"), "\(names)")
          if ["recv", "accept"].contains(call) {
            #expect((Dump.wait(thread)["object"] as? String)?.hasPrefix("socket:") == true, "\(Dump.wait(thread))")
          }
          seen.insert(String(call))
        }
      }
      #expect(seen.count == kinds.count, "\(seen.sorted())")
      var calls = 0
      while let line = program.line() {
        #expect(line.split(separator: " ").dropFirst().first == "0", "\(line)")
        calls += 1
      }
      #expect(calls == kinds.count)
      #expect(program.wait() == .exited(0))
    }

    @Test("A thousand threads, each once and to its root")
    func crowd() throws {
      let program = try ChildProcess([Machine.sample("manythreads"), "30", "1000"])
      try #require(program.waitUntilReady())
      let dump = try Dump(of: program.pid)
      #expect(dump.threads.count == 1001)
      #expect(Set(dump.threads.compactMap { $0["tid"] as? Int }).count == dump.threads.count)
      for thread in dump.threads
      where thread["state"] as? String == "waiting" && thread["tid"] as? Int != Int(program.pid) {
        #expect(Dump.isRooted(thread))
        #expect(Dump.names(thread).contains("thread_main"), "\(Dump.names(thread))")
      }
      #expect(ThreadStates(of: program.pid).isTraced == false)
      #expect(ThreadStates(of: program.pid).isStopped == false)
    }

    @Test("Threads that run are read and go on")
    func running() throws {
      let program = try ChildProcess([Machine.sample("threads"), "30"])
      try #require(program.waitUntilReady())
      let dump = try Dump(of: program.pid)
      let running = dump.threads.filter { $0["state"] as? String == "running" }
      #expect(!running.isEmpty)
      for thread in running {
        #expect(Dump.isRooted(thread), "\(Dump.names(thread))")
        #expect(Dump.names(thread).count > 1)
      }
      let pause = try #require(dump.whole["longestPauseMilliseconds"] as? Double)
      #expect(pause > 0)
      #expect(ThreadStates(of: program.pid).isTraced == false)
      #expect(ThreadStates(of: program.pid).isStopped == false)
    }

    @Test("The functions that another unwinder finds", .enabled(if: Machine.path(of: "eu-stack") != nil))
    func otherUnwinder() throws {
      let program = try ChildProcess([Machine.sample("idle"), "60"])
      try #require(program.waitUntilReady())
      let tool = try #require(Machine.path(of: "eu-stack"))
      let dump = try Dump(of: program.pid)
      let other = try run([tool, "-p", "\(program.pid)"])
      var compared = 0
      for block in other.output.components(separatedBy: "TID ").dropFirst() {
        let lines = block.split(separator: "\n")
        guard let tid = lines.first.flatMap({ Int($0.dropLast()) }),
          let thread = dump.threads.first(where: { $0["tid"] as? Int == tid }),
          thread["state"] as? String == "waiting"
        else { continue }
        // It knows no inlined functions: those of ours that are none.
        let frames = (thread["stack"] as? [String: Any])?["frames"] as? [[String: Any]] ?? []
        let plain = frames.filter { $0["inlined"] as? Bool == false }
        #expect(plain.count == lines.count - 1, "\(block)\n\(Dump.names(thread))")
        compared += 1
      }
      #expect(compared > 0, "\(other.output) \(other.errors)")
    }

    @Test("A process that is not there, and no process")
    func nobody() throws {
      let gone = try perfprof("threads", "-p", "2147483000")
      #expect(gone.status == 66, "\(gone.errors)")
      let none = try perfprof("threads")
      #expect(none.status == 64, "\(none.errors)")
    }
  }
}
