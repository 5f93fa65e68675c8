import Glibc
import Processes
import ProfileModel
import Testing

@testable import Sampling

@Suite(
  .serialized,
  .enabled(if: PerfAccess.failure == nil, "perf_event is refused: \(String(describing: PerfAccess.failure))"))
struct PerfEventSamplerTests {
  private func options(_ frequency: UInt32) -> SamplingOptions {
    var options = SamplingOptions()
    options.frequency = frequency
    return options
  }

  @Test func samplesACommandFromItsFirstInstruction() throws {
    var collector = Collector()
    var launcher = try CommandLauncher(command: [try LivePrograms.burn.get(), "20"])
    let pid = launcher.pid
    var sampler = try PerfEventSampler(target: .suspended(pid), options: options(999))
    try launcher.resume()
    #expect(try poll(&sampler, &collector))
    try sampler.finish(handler: &collector)
    #expect(launcher.waitForExit() == .exited(0))
    #expect(collector.samples.count >= 10)
    // What it does in its end, after the record of it, is the kernel's alone.
    let end = collector.events.last { if case .exited(pid, pid, _) = $0 { true } else { false } }?.time ?? .max
    #expect(collector.samples.allSatisfy { $0.pid == pid && ($0.hasRegisters || $0.time >= end) })
    #expect(collector.samples.contains { $0.stackBytes > 0 })
    guard case .renamed(pid, _, "burn", true, _)? = collector.events.first else {
      Issue.record("the first event is \(String(describing: collector.events.first))")
      return
    }
    #expect(
      collector.events.contains { if case .mapped(pid, let map, _) = $0 { map.path.hasSuffix("burn") } else { false } })
    #expect(collector.events.contains { if case .exited(pid, pid, _) = $0 { true } else { false } })
    #expect(collector.lost == 0)
  }

  @Test(arguments: [99, 999, 4999] as [UInt32])
  func samplesAsOftenAsAskedFor(frequency: UInt32) throws {
    var collector = Collector()
    var launcher = try CommandLauncher(command: [try LivePrograms.burn.get(), "500", "2"])
    let clock = try TaskClock(suspended: launcher.pid)
    var sampler = try PerfEventSampler(target: .suspended(launcher.pid), options: options(frequency))
    try launcher.resume()
    #expect(try poll(&sampler, &collector))
    launcher.waitForExit()
    // A second of CPU time in all; each thread may lose a period on each CPU. A virtual machine's stolen time counts
    // as CPU time but holds the timer back.
    let expected = Double(frequency)
    let got = Double(collector.samples.count)
    // What was lost may be other processes'.
    #expect(got + Double(collector.lost) > expected * 0.85 - 4)
    // Interrupts and stolen time pass on the events' clock, but not on the threads'. A timer of the CPU counts for whoever
    // runs when it fires.
    #expect(got < clock.seconds * Double(frequency) * 1.1 + 4)
    let byThread = Dictionary(grouping: collector.samples, by: \.tid).mapValues(\.count)
    #expect(byThread.count == 2)
    #expect(zip(collector.samples, collector.samples.dropFirst()).allSatisfy { $0.time <= $1.time })
  }

  @Test func attachesToEveryThread() throws {
    let program = try RunningProgram([try LivePrograms.crowd.get(), "12", "500"])
    var collector = Collector()
    var sampler = try PerfEventSampler(target: .processes([program.pid]), options: options(999))
    let workers = Set(ProcessStatus.threads(of: program.pid)).subtracting([program.pid])
    #expect(workers.count == 11)
    #expect(try poll(&sampler, &collector) { workers.isSubset(of: $0.samples.map(\.tid)) })
    // What ran before is told first.
    #expect(
      collector.events.contains { if case .renamed(program.pid, _, "crowd", false, _) = $0 { true } else { false } })
    #expect(
      collector.events.contains {
        if case .mapped(program.pid, let map, _) = $0 { map.path.hasSuffix("/crowd") } else { false }
      })
    program.stop()
    #expect(try poll(&sampler, &collector))
    try sampler.finish(handler: &collector)
  }

  @Test func followsThreadsBornLater() throws {
    let program = try RunningProgram([try LivePrograms.churn.get(), "5"])
    var collector = Collector()
    var sampler = try PerfEventSampler(target: .processes([program.pid]), options: options(999))
    func born(_ collector: borrowing Collector) -> Set<Int32> {
      Set(
        collector.events.compactMap {
          if case .forked(program.pid, let tid, program.pid, _, _) = $0 { tid } else { nil }
        })
    }
    #expect(try poll(&sampler, &collector) { born($0).intersection($0.samples.map(\.tid)).count >= 20 })
    // Numbers go up: whoever has a lower one was there before, and may have been gone before anybody could list it.
    let told = born(collector)
    let first = try #require(told.min())
    #expect(told.isSuperset(of: collector.samples.map(\.tid).filter { $0 >= first }))
  }

  @Test func followsForkAndExec() throws {
    let burn = try LivePrograms.burn.get()
    var collector = Collector()
    var launcher = try CommandLauncher(command: ["sh", "-c", "\(burn) 50 & \(burn) 50; wait"])
    let pid = launcher.pid
    var sampler = try PerfEventSampler(target: .suspended(pid), options: options(999))
    try launcher.resume()
    #expect(try poll(&sampler, &collector))
    launcher.waitForExit()
    let children = Set(
      collector.events.compactMap { if case .renamed(let pid, _, "burn", true, _) = $0 { pid } else { nil } })
    #expect(children.count == 2)
    for child in children {
      #expect(collector.events.contains { if case .forked(child, child, pid, _, _) = $0 { true } else { false } })
      #expect(collector.samples.filter { $0.pid == child }.count >= 20)
    }
  }

  @Test func goesOnWhileChildrenLive() throws {
    let program = try RunningProgram([try LivePrograms.orphan.get(), "100"])
    var collector = Collector()
    var sampler = try PerfEventSampler(target: .processes([program.pid]), options: options(999))
    program.stop()
    #expect(try poll(&sampler, &collector))
    #expect(collector.samples.filter { $0.pid != program.pid }.count >= 50)
    #expect(collector.events.contains { if case .exited(let pid, _, _) = $0 { pid != program.pid } else { false } })
  }

  @Test func countsWhatIsLostWhenNobodyReads() throws {
    var few = options(4999)
    few.ringBudgetBytes = 0
    // Others would fill the ring of a CPU.
    few.spread = .threads
    var collector = Collector()
    var launcher = try CommandLauncher(command: [try LivePrograms.burn.get(), "200"])
    var sampler = try PerfEventSampler(target: .suspended(launcher.pid), options: few)
    try launcher.resume()
    launcher.waitForExit()
    try sampler.finish(handler: &collector)
    // The kernel reports a loss when there is room again; of one at the end nothing is heard.
    #expect(collector.samples.count < 100)
    #expect(collector.samples.count >= RingSet.samplesPerRing - 1)
  }

  @Test func goesOnAfterALoss() throws {
    var few = options(4999)
    few.ringBudgetBytes = 0
    let program = try RunningProgram([try LivePrograms.crowd.get(), "2", "0"])
    var collector = Collector()
    var sampler = try PerfEventSampler(target: .processes([program.pid]), options: few)
    // Until the thread has run for 100 ms, which would give 500 samples.
    let worker = try #require(ProcessStatus.threads(of: program.pid).last)
    while try #require(ThreadStat(try ProcFile.read("/proc/\(program.pid)/task/\(worker)/stat"))).cpuTicks < 10 {}
    #expect(try poll(&sampler, &collector) { $0.lost > 0 && $0.samples.count > 100 })
  }

  @Test func attachesToAThousandThreads() throws {
    let program = try RunningProgram([try LivePrograms.crowd.get(), "1000", "50000"])
    var collector = Collector()
    let start = MachineClock.monotonic
    var sampler = try PerfEventSampler(target: .processes([program.pid]), options: options(99))
    let milliseconds = Double(MachineClock.monotonic - start) / 1e6
    print("attached to 1,000 threads in \(milliseconds) ms (this build is for debugging)")
    #expect(milliseconds < 3000)
    #expect(try poll(&sampler, &collector) { _ in true })
    let named = Set(collector.events.compactMap { if case .renamed(_, let tid, _, _, _) = $0 { tid } else { nil } })
    #expect(named.count == 1000)
  }

  @Test func samplesTheWholeMachine() throws {
    let program = try RunningProgram([try LivePrograms.crowd.get(), "2", "0"])
    var collector = Collector()
    var sampler = try PerfEventSampler(target: .allProcesses, options: options(99))
    #expect(try poll(&sampler, &collector) { $0.samples.contains { $0.pid == program.pid } })
    #expect(collector.samples.allSatisfy { $0.pid != 0 })
  }

  @Test func dropsOtherProcessesWhereThreadsAreTooMany() throws {
    let program = try RunningProgram([try LivePrograms.crowd.get(), "3", "0"])
    let other = try RunningProgram([try LivePrograms.crowd.get(), "2", "0"])
    var notes: [SamplingNote] = []
    var plan = try PerfPlan.probe(options(499), notes: &notes)
    var rings = try RingSet(plan: &plan, budget: 1 << 24, notes: &notes)
    var events = TargetEvents()
    let arrangement = try events.attach(
      to: .processes([program.pid]), processes: [program.pid], plan: plan, rings: &rings, descriptorLimit: 10,
      spread: .threads)
    #expect(arrangement == .filteredMachine)
    var delivery = RecordDelivery(layout: plan.layout, processes: SampledProcesses(isFiltered: true))
    delivery.processes.admit([program.pid])
    #expect(delivery.processes.hasLiveProcess)
    var merge = RecordMerge()
    var collector = Collector()
    let end = MachineClock.monotonic + 30_000_000_000
    while collector.samples.count < 20, MachineClock.monotonic < end {
      merge.drain(rings.all, until: .max) { type, misc, bytes in
        delivery.deliver(type: type, misc: misc, bytes: bytes, handler: &collector)
      }
    }
    #expect(collector.samples.count >= 20)
    #expect(collector.samples.allSatisfy { $0.pid == program.pid && $0.pid != other.pid })
  }

  @Test func dropsOtherProcessesInTheKernelOnceTheyAreKnown() throws {
    // Needs CAP_BPF, and the machine's own PID namespace.
    guard let filter = ProcessFilter() else { return }
    let program = try RunningProgram([try LivePrograms.crowd.get(), "2", "0"])
    let other = try RunningProgram([try LivePrograms.crowd.get(), "2", "0"])
    var notes: [SamplingNote] = []
    var plan = try PerfPlan.probe(options(499), notes: &notes)
    var rings = try RingSet(plan: &plan, budget: 1 << 24, notes: &notes)
    var events = TargetEvents()
    try events.attachToMachine(plan: plan, rings: &rings)
    events.attach(filter)
    var delivery = RecordDelivery(layout: plan.layout, processes: SampledProcesses(isFiltered: true))
    delivery.processes.filter = filter
    delivery.processes.admit([program.pid])
    var merge = RecordMerge()
    var collector = Collector()
    // Records of type PERF_RECORD_SAMPLE, 9.
    var others = 0
    let end = MachineClock.monotonic + 60_000_000_000
    while collector.samples.count < 200, MachineClock.monotonic < end {
      merge.drain(rings.all, until: .max) { type, misc, bytes in
        if type == 9, bytes.unsafeLoad(fromByteOffset: 8, as: Int32.self) == other.pid { others += 1 }
        delivery.deliver(type: type, misc: misc, bytes: bytes, handler: &collector)
      }
    }
    #expect(collector.samples.count >= 200)
    #expect(collector.samples.allSatisfy { $0.pid == program.pid })
    #expect(others < 50, "the other process ran at least as much")
  }

  @Test func seesThreadsThatLiveForLessThanAPeriod() throws {
    let program = try RunningProgram([try LivePrograms.churn.get(), "0.5"])
    var collector = Collector()
    var sampler = try PerfEventSampler(target: .processes([program.pid]), options: options(499))
    #expect(sampler.description.samplesCPUs)
    #expect(try poll(&sampler, &collector) { $0.samples.filter { $0.tid != program.pid }.count > 50 })
    #expect(collector.samples.allSatisfy { $0.pid == program.pid })
    program.stop()
    #expect(try poll(&sampler, &collector))
  }

  @Test func followsACommandByCPU() throws {
    let burn = try LivePrograms.burn.get()
    var collector = Collector()
    var launcher = try CommandLauncher(command: ["sh", "-c", "\(burn) 50 & \(burn) 50; wait"])
    var sampler = try PerfEventSampler(target: .suspended(launcher.pid), options: options(999))
    #expect(sampler.description.samplesCPUs)
    try launcher.resume()
    #expect(try poll(&sampler, &collector))
    launcher.waitForExit()
    let children = Set(
      collector.events.compactMap { if case .renamed(let pid, _, "burn", true, _) = $0 { pid } else { nil } })
    #expect(children.count == 2)
    #expect(collector.samples.filter { children.contains($0.pid) }.count >= 40)
    #expect(collector.samples.allSatisfy { children.contains($0.pid) || $0.pid == launcher.pid })
  }

  @Test func wakesOnInput() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    #expect(write(ends[1], [1], 1) == 1)
    var options = SamplingOptions()
    options.wakeDescriptor = ends[0]
    var collector = Collector()
    var sampler = try PerfEventSampler(target: .processes([getpid()]), options: options)
    let start = MachineClock.monotonic
    #expect(try sampler.poll(timeoutMilliseconds: 60_000, handler: &collector) == .running)
    #expect(MachineClock.monotonic - start < 30_000_000_000)
  }

  @Test func refusesWhatCannotBeSampled() throws {
    #expect(throws: SamplingError.noSuchProcess(pid: .max)) { _ = try PerfEventSampler(target: .processes([.max])) }
    var launcher = try CommandLauncher(command: ["true"])
    let pid = launcher.pid
    try launcher.resume()
    var information = siginfo_t()
    waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT)
    #expect(throws: SamplingError.zombie(pid: pid)) { _ = try PerfEventSampler(target: .processes([pid])) }
    launcher.waitForExit()
    // kthreadd, where this process sees the machine's own process numbers.
    if let kernelThread = try? ProcessStatus(pid: 2), kernelThread.isKernelThread {
      #expect(throws: SamplingError.kernelThread(pid: 2)) { _ = try PerfEventSampler(target: .processes([2])) }
    }
  }
}
