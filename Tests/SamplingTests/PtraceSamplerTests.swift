import Foundation
import Glibc
import Processes
import ProfileModel
import Testing

@testable import Sampling

@Suite(
  .serialized,
  .enabled(if: PtraceAccess.failure == nil, "ptrace is refused: \(String(describing: PtraceAccess.failure))"))
struct PtraceSamplerTests {
  private func options(_ frequency: UInt32) -> SamplingOptions {
    var options = SamplingOptions()
    options.frequency = frequency
    return options
  }

  /// Runs a test's body on a thread that ends with it, and so lets go of what it traces.
  private func tracing(_ body: () throws -> Void) throws {
    var failure: (any Error)?
    try TracingThread.run { () throws(SamplingError) in
      do { try body() } catch { failure = error }
    }
    if let failure { throw failure }
  }

  private func state(_ pid: Int32, _ tid: Int32) -> Character? {
    (try? ProcFile.read("/proc/\(pid)/task/\(tid)/stat")).flatMap { ThreadStat($0) }?.state
  }

  /// Waits, by looking, until every thread is one that nobody traces, then until the process has run on.
  private func expectRunningFree(_ pid: Int32) throws {
    for tid in ProcessStatus.threads(of: pid) {
      while try ProcessStatus(pid: tid).tracer != 0 {}
      while state(pid, tid) == "t" {}
      #expect(state(pid, tid) != "T")
    }
    func ticks() throws -> UInt64 {
      try ProcessStatus.threads(of: pid).reduce(0) { sum, tid in
        sum + (try #require(ThreadStat(try ProcFile.read("/proc/\(pid)/task/\(tid)/stat"))).cpuTicks)
      }
    }
    let before = try ticks()
    while try ticks() <= before + 1 {}
  }

  @Test func samplesInProportionToCPUTime() throws {
    try tracing {
      var collector = Collector()
      var launcher = try CommandLauncher(command: [try LivePrograms.burn.get(), "400", "2"])
      let pid = launcher.pid
      var sampler = try PtraceSampler(target: .suspended(pid), options: options(199))
      try launcher.resume()
      #expect(try poll(&sampler, &collector))
      #expect(launcher.waitForExit() == .exited(0))
      let byThread = Dictionary(grouping: collector.samples, by: \.tid).mapValues(\.count)
      #expect(byThread.count == 2)
      // 400 ms at 199 Hz; a busy machine may leave too few chances, but never gives too many.
      #expect(byThread.values.allSatisfy { $0 >= 20 && $0 <= 90 })
      #expect(collector.samples.allSatisfy { $0.pid == pid && $0.hasRegisters && $0.stackBytes > 0 })
      #expect(sampler.pauses.count == collector.samples.count)
      #expect(sampler.pauses.percentile(0.5) <= sampler.pauses.longest)
      #expect(
        collector.events.contains { if case .renamed(pid, pid, "burn", true, _) = $0 { true } else { false } })
      #expect(
        collector.events.contains {
          if case .mapped(pid, let map, _) = $0 { map.path.hasSuffix("/burn") } else { false }
        })
    }
  }

  @Test(arguments: [("exit 7", .exited(7)), ("kill -KILL $$", .signaled(SIGKILL))] as [(String, Sampling.ExitStatus)])
  func leavesTheStatusToTheLauncher(script: String, expected: Sampling.ExitStatus) throws {
    try tracing {
      var collector = Collector()
      var launcher = try CommandLauncher(command: ["sh", "-c", script])
      var sampler = try PtraceSampler(target: .suspended(launcher.pid), options: options(999))
      try launcher.resume()
      #expect(try poll(&sampler, &collector))
      #expect(launcher.waitForExit() == expected)
    }
  }

  @Test func followsThreadsForksAndExecs() throws {
    try tracing {
      let burn = try LivePrograms.burn.get()
      var collector = Collector()
      var launcher = try CommandLauncher(command: ["sh", "-c", "\(burn) 100 2 & \(burn) 100; wait"])
      let shell = launcher.pid
      var sampler = try PtraceSampler(target: .suspended(shell), options: options(499))
      try launcher.resume()
      #expect(try poll(&sampler, &collector))
      #expect(launcher.waitForExit() == .exited(0))
      let children = Set(
        collector.events.compactMap { if case .renamed(let pid, _, "burn", true, _) = $0 { pid } else { nil } })
      #expect(children.count == 2)
      for child in children {
        #expect(collector.events.contains { if case .forked(child, child, shell, _, _) = $0 { true } else { false } })
        #expect(collector.samples.contains { $0.pid == child })
        #expect(collector.events.contains { if case .exited(child, child, _) = $0 { true } else { false } })
      }
      #expect(Set(collector.samples.filter { $0.pid != shell }.map(\.tid)).count == 3)
    }
  }

  @Test func passesSignalsOn() throws {
    try tracing {
      var collector = Collector()
      // The threads that tests run on block most signals.
      var launcher = try CommandLauncher(
        command: [try LivePrograms.signals.get(), "2000"], given: .current().withoutBlockedSignals())
      var sampler = try PtraceSampler(target: .suspended(launcher.pid), options: options(2000))
      try launcher.resume()
      #expect(try poll(&sampler, &collector))
      #expect(launcher.waitForExit() == .exited(0))
      #expect(collector.samples.count > 10)
    }
  }

  @Test func respectsJobControl() throws {
    let program = try RunningProgram([try LivePrograms.crowd.get(), "2", "0"])
    try tracing {
      var collector = Collector()
      var sampler = try PtraceSampler(target: .processes([program.pid]), options: options(999))
      let worker = try #require(ProcessStatus.threads(of: program.pid).last)
      #expect(try poll(&sampler, &collector) { $0.samples.contains { $0.tid == worker } })
      #expect(kill(program.pid, SIGSTOP) == 0)
      // A stopped and traced thread shows as `t`; sampling must not wake it.
      #expect(try poll(&sampler, &collector) { _ in state(program.pid, worker) == "t" })
      let before = ThreadStat(try ProcFile.read("/proc/\(program.pid)/task/\(worker)/stat"))?.cpuTicks
      for _ in 0..<20 { _ = try sampler.poll(timeoutMilliseconds: 5, handler: &collector) }
      #expect(ThreadStat(try ProcFile.read("/proc/\(program.pid)/task/\(worker)/stat"))?.cpuTicks == before)
      #expect(state(program.pid, worker) == "t")
      #expect(kill(program.pid, SIGCONT) == 0)
      let count = collector.samples.count
      #expect(try poll(&sampler, &collector) { $0.samples.count > count + 20 })
      try sampler.finish(handler: &collector)
    }
    try expectRunningFree(program.pid)
  }

  @Test func letsEveryThreadGo() throws {
    let program = try RunningProgram([try LivePrograms.crowd.get(), "20", "100"])
    try tracing {
      var collector = Collector()
      var sampler = try PtraceSampler(target: .processes([program.pid]), options: options(999))
      let threads = ProcessStatus.threads(of: program.pid)
      #expect(try threads.allSatisfy { try ProcessStatus(pid: $0).tracer != 0 })
      #expect(try poll(&sampler, &collector) { Set($0.samples.map(\.tid)).count >= 19 })
      try sampler.finish(handler: &collector)
    }
    try expectRunningFree(program.pid)
  }

  @Test func letsGoEvenWhenItsThreadJustEnds() throws {
    // As SIGKILL would: the kernel ends the tracing with the tracing thread, which has no chance to do so.
    let program = try RunningProgram([try LivePrograms.crowd.get(), "8", "0"])
    let pid = program.pid
    let options = options(999)
    let ended = DispatchSemaphore(value: 0)
    let thread = Thread {
      var collector = Collector()
      let leaked = UnsafeMutablePointer<PtraceSampler>.allocate(capacity: 1)
      if let sampler = try? PtraceSampler(target: .processes([pid]), options: options) {
        leaked.initialize(to: sampler)
        _ = try? poll(&leaked.pointee, &collector) { $0.samples.count > 50 }
      }
      ended.signal()
    }
    thread.start()
    ended.wait()
    try expectRunningFree(pid)
  }

  @Test func survivesThreadsThatComeAndGo() throws {
    try tracing {
      let program = try RunningProgram([try LivePrograms.churn.get(), "2"])
      var collector = Collector()
      var sampler = try PtraceSampler(target: .processes([program.pid]), options: options(999))
      #expect(
        try poll(&sampler, &collector) {
          $0.events.count(where: { if case .exited = $0 { true } else { false } }) > 200 && $0.samples.count > 100
        })
      program.stop()
      #expect(try poll(&sampler, &collector))
    }
  }

  @Test func refusesWhatCannotBeTraced() throws {
    #expect(throws: SamplingError.unsupportedTarget) { _ = try PtraceSampler(target: .allProcesses) }
    #expect(throws: SamplingError.noSuchProcess(pid: .max)) { _ = try PtraceSampler(target: .processes([.max])) }
    let program = try RunningProgram([try LivePrograms.crowd.get(), "1", "0"])
    let pid = program.pid
    try tracing {
      let first = try PtraceSampler(target: .processes([pid]))
      let tracer = try ProcessStatus(pid: pid).tracer
      #expect(throws: SamplingError.alreadyTraced(pid: pid, tracer: tracer)) {
        try tracing { _ = try PtraceSampler(target: .processes([pid])) }
      }
      _ = consume first
    }
  }

  @Test func observesBlockedThreadsWithoutAStop() throws {
    let program = try RunningProgram([try LivePrograms.crowd.get(), "1", "0"])
    while state(program.pid, program.pid) != "S" {}
    try tracing {
      var collector = Collector()
      var idle = options(499)
      idle.includesIdleThreads = true
      var sampler = try PtraceSampler(target: .processes([program.pid]), options: idle)
      #expect(try poll(&sampler, &collector) { $0.samples.count > 50 })
      // It does nothing but read from its input.
      #expect(sampler.pauses.count == 0)
      #expect(collector.samples.allSatisfy { $0.knownRegisters == .pointersOnly(.host) && $0.stackBytes > 0 })
      #expect(Set(collector.samples.map(\.instruction)).count == 1)
      try sampler.finish(handler: &collector)
    }
    try expectRunningFreeOrBlocked(program.pid)
  }

  private func expectRunningFreeOrBlocked(_ pid: Int32) throws {
    while try ProcessStatus(pid: pid).tracer != 0 {}
    #expect(try ["S", "R"].contains(ProcessStatus(pid: pid).state))
  }
}
