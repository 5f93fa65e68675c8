import ArgumentParser
import BinaryReading
import CLinuxPerf
import Glibc
import Processes
import ProfileModel
import Recording
import RecordingFormat
import Sampling

struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record", abstract: "Sample a running process, or a program that is started for it.",
    usage: """
      perfprof record [-p PID|NAME[,…]] [-a] [-G CGROUP] [--thread NAME|TID] \
      [-F HZ] [-e EVENT]… [-d TIME] [-o FILE]… [-- CMD ARG…]
      """,
    discussion: """
      Stops after -d seconds, at Ctrl-C, SIGTERM or SIGHUP, or when the target ends; whatever was sampled is written. \
      Without -o: NAME-PID.perfprof and NAME-PID.svg in the current folder. The target is never harmed: perf \
      doesn't stop it, ptrace stops threads that run for some microseconds, and those that wait never. \
      A program behind -- finds everything as perfprof was given it, and perfprof ends with its exit status.
      """)

  @OptionGroup var targets: TargetFlags

  @Option(
    name: [.customShort("F"), .customLong("frequency")],
    help: ArgumentHelp(
      "Samples a second of CPU time of each thread; max is the most that the kernel allows.", valueName: "HZ"),
    completion: .list(["99", "499", "997", "1999", "4999", "max"]))
  var frequency = SamplingRate.hertz(499)

  @Option(
    name: [.customShort("e"), .customLong("event")],
    help: ArgumentHelp(
      """
      Event to sample instead of CPU time, such as page-faults, context-switches, cache-misses or sched:sched_switch; \
      may be repeated, or a list: each is a value type of the recording. -e help lists them. Every fault, switch and \
      tracepoint is a sample; clocks and what the processor counts are sampled -F times a second.
      """, valueName: "EVENT"),
    completion: .custom { _, _, _ in ["help"] + EventCatalog().entries.map { $0.names[0] } })
  var event: [String] = []

  @Option(
    name: [.customShort("c"), .customLong("count")],
    help: ArgumentHelp(
      "With -e: a sample for each N of an event, where every one is too much; clocks keep to -F.", valueName: "N"))
  var count: UInt64?

  @OptionGroup var waits: WaitFlags

  @Option(
    name: .customLong("work-symbol"),
    help: ArgumentHelp(
      """
      Count the calls of this function, each a unit of work, by a breakpoint of the kernel's, which costs some \
      microseconds a call: `diff` then compares what a call takes. In the program, else in its libraries.
      """, valueName: "[FILE:]FUNCTION"))
  var workSymbol: String?

  @OptionGroup var duration: DurationFlag

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "File to write; may be repeated, the extension says what: .perfprof .svg .html .folded .speedscope.json …",
      valueName: "FILE"),
    completion: .file())
  var output: [String] = []

  @Option(help: "Interface of the kernel to sample with: auto, perf or ptrace.")
  var sampler = RecordOptions.SamplerChoice.auto

  @Option(help: "The most frames of a stack to keep; deeper ones are cut in the middle.")
  var maxDepth = 2048

  @Flag(help: "Leave kernel code out.")
  var noKernel = false

  @Flag(help: "Sample threads that don't run, too; they are not stopped for it. Takes ptrace as the sampler.")
  var idle = false

  @Option(help: ArgumentHelp("How stacks are walked: tables or libunwind.", visibility: .hidden))
  var unwinding = RecordOptions.UnwindingChoice.tables

  @OptionGroup var symbols: SymbolFlags

  @Flag(help: "Leave the command line out of pictures; the recording keeps it.")
  var noCommand = false

  @Flag(help: "At the end write the page with all views beside the recording and open it.")
  var view = false

  @Flag(help: "No progress, no summary.")
  var quiet = false

  @Argument(
    parsing: .postTerminator, help: "A program to start, with its arguments.", completion: .file())
  var command: [String] = []

  mutating func validate() throws {
    if asksForEvents { return }
    let named = targets.count + (command.isEmpty ? 0 : 1)
    guard named == 1 else {
      throw ValidationError(
        named == 0
          ? "name what to record: -p PID, -a, -G CGROUP, or -- CMD ARG…"
          : "-p, -a, -G and -- CMD exclude each other: name one")
    }
    try frequency.validate()
    if idle, sampler == .perf {
      throw ValidationError(
        "--idle: perf's clocks see only threads that run: leave out --sampler perf, and ptrace is taken")
    }
    if idle || sampler == .ptrace, targets.all {
      throw ValidationError("-a: ptrace can't sample all processes: leave out \(idle ? "--idle" : "--sampler ptrace")")
    }
    if sampler == .ptrace, !event.isEmpty {
      throw ValidationError("-e \(event[0]): ptrace sees no events: leave out --sampler ptrace")
    }
    if idle, !event.isEmpty {
      throw ValidationError("-e \(event[0]): --idle is ptrace's, which sees no events: leave one of them out")
    }
    if let flag = waits.option {
      guard event.isEmpty else { throw ValidationError("\(flag): not together with -e: leave one of them out") }
      guard sampler != .ptrace, !idle else {
        throw ValidationError("\(flag): ptrace sees no switches: leave out --sampler ptrace and --idle")
      }
    }
    if let count {
      guard !event.isEmpty else { throw ValidationError("-c \(count): counts an event: name it with -e") }
      guard (1...1 << 40).contains(count) else { throw ValidationError("-c \(count): use 1 to \(1 << 40)") }
    }
    if let workSymbol, WorkSymbol(workSymbol) == nil {
      throw ValidationError("--work-symbol '\(workSymbol)': name a function, or FILE:FUNCTION")
    }
    guard (2...1_000_000).contains(maxDepth) else { throw ValidationError("--max-depth \(maxDepth): use 2 to 1000000") }
  }

  /// Whether a list of events is wanted, and no recording.
  private var asksForEvents: Bool { event.contains("help") || event.contains("list") }

  mutating func run() throws {
    guard !asksForEvents else { return try OutputFile(path: "-").write(Array(EventList().text().utf8)) }
    let events = try events()
    var signals = try StopSignals(given: Perfprof.given)
    if command.isEmpty {
      let choice = try targets.choice()
      let processes = choice.processes
      let remarks = choice.remarks + (choice.remarkOnChildren.map { [$0] } ?? []) + (try targets.remarks(on: processes))
      if !quiet { for remark in remarks { printError("perfprof: \(remark)") } }
      let target: SamplingTarget = targets.all ? .allProcesses : .processes(processes.map(\.pid))
      let name = processes.first.map { Self.fileName(for: $0) } ?? "all-\(getpid())"
      let outcome = try record(
        target, events: events, command: processes.first?.command ?? [], name: name, signals: &signals,
        ready: { () throws(SamplingError) in })
      // From here on a signal ends this program at once: the recording is written, and only views are missing.
      signals.restore()
      try finish(outcome)
    } else {
      try recordCommand(events, &signals)
    }
  }

  // MARK: Targets

  /// The events that `-e` names, with what `-c` says of them.
  private func events() throws(Failure) -> [SampledEvent] {
    let catalog = EventCatalog()
    var events: [SampledEvent] = []
    do throws(EventNameError) {
      for event in try event.map({ (list) throws(EventNameError) in try catalog.events(named: list) }).joined() {
        if !events.contains(where: { $0.isSame(as: event) }) { events.append(event) }
      }
    } catch { throw Failure(error) }
    guard let count else { return events }
    guard events.contains(where: { $0.measure != .cpuTime }) else {
      throw Failure(.usage, "-c \(count): \(events[0].name) is a clock, which strikes at a frequency: use -F")
    }
    for index in events.indices where events[index].measure != .cpuTime { events[index].count = count }
    return events
  }

  private func recordCommand(_ events: [SampledEvent], _ signals: inout StopSignals) throws {
    let launcher: SuspendedCommand
    do throws(SamplingError) {
      launcher = try SuspendedCommand(command, given: Perfprof.given)
    } catch { throw Failure(error) }
    // The program's from now on: an alarm set before perfprof was started is meant for it.
    clp_disarm_timers()
    let base = command[0].split(separator: "/").last.map(String.init) ?? "program"
    let outcome = try record(
      .suspended(launcher.pid), events: events, command: command, name: Self.fileName(base, launcher.pid),
      signals: &signals,
      ready: { () throws(SamplingError) in try launcher.resume() }, commandTime: { launcher.usedTime })
    // As a wrapper passes on what it is told: a terminal's Ctrl-C reaches the program by itself.
    if let (signal, fromProcess) = signals.received, fromProcess || signal != SIGINT { launcher.pass(signal) }
    signals.restore()
    var failure: Failure?
    do { try finish(outcome) } catch let error as Failure { failure = error }
    let status = launcher.waitForExit()
    if let failure { throw failure }
    if status.shellStatus != 0 { throw ExitCode(status.shellStatus) }
  }

  private static func fileName(for process: ProcessStatus) -> String { fileName(process.name, process.pid) }

  /// `NAME-PID` with what does not belong into a file's name replaced.
  private static func fileName(_ name: String, _ pid: Int32) -> String {
    let clean = name.unicodeScalars.map { scalar -> Character in
      let isPlain =
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "._+-".unicodeScalars.contains(scalar)
      return isPlain ? Character(scalar) : "_"
    }
    let text = String(clean)
    return "\(text.isEmpty || text.hasPrefix(".") || text.hasPrefix("-") ? "_" : "")\(text)-\(pid)"
  }

  // MARK: Recording

  private func record(
    _ target: SamplingTarget, events: [SampledEvent], command: [String], name: String, signals: inout StopSignals,
    ready: () throws(SamplingError) -> Void, commandTime: () -> CPUTime? = { nil }
  ) throws -> Finished {
    let job = JobSignals(given: Perfprof.given)
    var files = try RecordingFiles(outputs: output, showsCommand: !noCommand, name: name)
    for left in files.leftovers() {
      printError("perfprof: note: \(left) is of a run that died: `perfprof info` reads it as far as it goes")
    }
    var options = RecordOptions(target: target, command: command)
    options.threads = targets.threads
    options.sampling.frequency = frequency.hertz
    options.sampling.events = events
    options.sampling.excludesKernel = noKernel
    options.sampling.waits = waits.choice
    options.sampling.findsWakers = waits.wakers
    options.sampling.includesIdleThreads = idle
    options.sampling.wakeDescriptor = signals.descriptor
    options.durationSeconds = duration.seconds
    options.sampler = idle ? .ptrace : sampler
    options.maxDepth = maxDepth
    options.unwinding = unwinding
    options.symbols = symbols.options
    options.version = Version.text
    let work: WorkCounter?
    do throws(Failure) { work = try workCounter(options) } catch {
      files.discard()
      throw error
    }
    let line = ProgressLine(isQuiet: quiet)
    let descriptor = files.takeDescriptor()
    let outcome: RecordOutcome
    do throws(SamplingError) {
      outcome = try Recorder.record(
        options, path: files.recording ?? "memory", owning: descriptor, ready: ready,
        shouldStop: { signals.check() },
        jobControl: JobControl(
          shouldPause: { job.news() == .stop },
          pause: {
            line.clear()
            return job.stop()
          }),
        work: work,
        commandTime: {
          // Sampling is over, and what ended it known.
          signals.noteEndOfSampling()
          return commandTime()
        }, sinks: [line],
        isNamingWanted: { naming in
          line.show(naming)
          if job.news() == .stop { job.stop() }
          return !signals.hasNews()
        })
    } catch {
      line.clear()
      files.discard()
      throw Failure(error, leavesPtrace: sampler == .perf && events.isEmpty && target != .allProcesses)
    }
    line.clear()
    return Finished(outcome: outcome, files: files)
  }

  /// Begins to count units of work, if that is asked for.
  private func workCounter(_ options: RecordOptions) throws(Failure) -> WorkCounter? {
    guard let text = workSymbol, let symbol = WorkSymbol(text) else { return nil }
    do throws(WorkSymbol.Problem) {
      return try symbol.counter(of: options.target, command: command, symbols: options.symbols)
    } catch { throw Failure(error, symbol) }
  }

  private struct Finished: ~Copyable {
    var outcome: RecordOutcome
    var files: RecordingFiles
  }

  private func finish(_ finished: borrowing Finished) throws {
    let profile: Profile
    do throws(RecordingError) { profile = try finished.outcome.profile() } catch { throw Failure(unreadable: error) }
    let (written, failures) = finished.files.finish(profile, of: finished.outcome)
    if !quiet {
      let summary = RecordSummary(profile: profile, files: written, columns: Terminal.columns(of: STDERR_FILENO))
      for line in summary.lines { printError(line) }
    }
    if view, let first = written.first {
      let path = FlamegraphCommand.defaultOutput(for: finished.files.recording ?? first, extension: "html")
      try ViewCommand.show(
        profile.preferred, at: path, sources: false, showsCommand: !noCommand, opens: true)
    }
    for failure in failures.dropLast() { printError("perfprof: \(failure.sentence)") }
    if let failure = failures.last { throw failure }
  }
}

extension Failure {
  /// A recording that was just made can't be read.
  init(unreadable error: RecordingError) {
    if case .io(let path, let number) = error {
      self.init(.cantCreate, "\(path): can't be read back (\(errorText(number))): name another place with -o")
    } else {
      self.init(.software, "the recording can't be read back (\(error)): please report this")
    }
  }
}

extension RecordOptions.SamplerChoice: ExpressibleByArgument {}
extension RecordOptions.UnwindingChoice: ExpressibleByArgument {}
