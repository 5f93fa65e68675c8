import ArgumentParser
import Glibc
import Processes
import Recording
import Reports
import Sampling

struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "Show live what processes run, and what they wait for.",
    usage: """
      perfprof top [-p PID|NAME[,…]] [-a] [-G CGROUP] [--thread NAME|TID] \
      [-F HZ] [--off-cpu] [--wall] [-n N] [-d TIME]
      """,
    discussion: """
      Functions by self and total over the last seconds, with the share of complete stacks, lost samples and code without \
      names always in sight; without -p and -G of every process. Keys: s and t sort, / filters, Enter shows the callers and \
      callees of a function, Tab shows threads, p pauses, v shows the next value, h lists all keys, q quits. In a pipe, on a \
      dumb terminal and with -n it prints one table after another. NO_COLOR leaves colors out. Nothing is written to disk.
      """)

  @OptionGroup var targets: TargetFlags

  @Option(
    name: [.customShort("F"), .customLong("frequency")],
    help: ArgumentHelp("Samples a second of CPU time of each thread.", valueName: "HZ"),
    completion: .list(["49", "99", "499"]))
  var frequency = SamplingRate.hertz(99)

  @OptionGroup var waits: WaitFlags

  @Option(help: "What functions are sorted by at first: self or total.")
  var sort = FunctionReport.Order.`self`

  @Option(help: ArgumentHelp("Time between two pictures: seconds, or 500ms, 2s.", valueName: "TIME"))
  var interval: TimeLimit?

  @Option(help: ArgumentHelp("How far a picture goes back: seconds, or 30s, 1m.", valueName: "TIME"))
  var over: TimeLimit?

  @Option(
    name: [.customShort("n"), .customLong("tables")],
    help: ArgumentHelp("Print so many tables and end, instead of drawing on the terminal.", valueName: "N"))
  var tables: Int?

  @Option(help: ArgumentHelp("Rows of a printed table.", valueName: "N"))
  var limit = 20

  @OptionGroup var duration: DurationFlag

  @Option(help: "Interface of the kernel to sample with: auto, perf or ptrace.")
  var sampler = RecordOptions.SamplerChoice.auto

  @Flag(help: "Leave kernel code out.")
  var noKernel = false

  @Flag(help: "Show inlined calls as functions of their own, too; reading them takes more CPU time.")
  var inlines = false

  @Option(name: .customLong("debug-dir"), help: "Folder with separate debug files; may be repeated.")
  var debugFolders: [String] = []

  mutating func validate() throws {
    guard targets.count <= 1 else { throw ValidationError("-p, -a and -G exclude each other: name one") }
    try frequency.validate()
    for (name, time, range) in [("--interval", interval, 0.1...3600), ("--over", over, 0.1...3600)] {
      guard let seconds = time?.seconds else { continue }
      guard range.contains(seconds) else {
        throw ValidationError("\(name) \(seconds): use a time from 100ms to 1h")
      }
    }
    if let tables, tables < 1 { throw ValidationError("-n \(tables): use 1 or more") }
    guard limit > 0 else { throw ValidationError("--limit \(limit): use 1 or more") }
    if sampler == .ptrace {
      if let option = waits.option {
        throw ValidationError("\(option): ptrace sees no switches: leave out --sampler ptrace")
      }
      if watchesAll { throw ValidationError("ptrace can't sample all processes: name some with -p, or leave it out") }
    }
  }

  private var watchesAll: Bool { targets.pid.isEmpty && targets.group == nil }

  mutating func run() throws {
    var signals = try StopSignals(given: Perfprof.given)
    let processes = try targets.choice().processes
    let target: SamplingTarget = watchesAll ? .allProcesses : .processes(processes.map(\.pid))
    let interval = interval?.seconds ?? 2
    let view = TopView(
      TopView.Options(
        title: title(processes), interval: interval, span: over?.seconds ?? 10, order: sort, tables: tables,
        rows: limit))
    var options = RecordOptions(target: target, command: [])
    options.threads = targets.threads
    _ = try targets.remarks(on: processes)
    options.sampling.frequency = frequency.hertz
    options.sampling.excludesKernel = noKernel
    options.sampling.waits = waits.choice
    options.sampling.wakeDescriptor = signals.descriptor
    options.durationSeconds = duration.seconds
    options.windowSeconds = min(1, interval)
    options.sampler = sampler
    options.symbols.debugFolders = debugFolders + options.symbols.debugFolders
    // Nobody waits for a server while looking at a screen.
    options.symbols.usesDebuginfod = false
    options.symbols.resolvesInlines = inlines
    options.version = Version.text
    var failure: SamplingError?
    do throws(SamplingError) {
      try Recorder.watch(
        options, shouldStop: { signals.check() || view.isOver }, jobControl: view.jobControl, sinks: [view])
    } catch { failure = error }
    // Before anything is said of how it ended.
    view.end()
    if let failure { throw Failure(failure, leavesPtrace: sampler == .perf && !watchesAll) }
  }

  private func title(_ processes: [ProcessStatus]) -> String {
    if let group = targets.group {
      return "control group \(group), \(processes.count) \(processes.count == 1 ? "process" : "processes")"
    }
    guard let first = processes.first else { return "all processes" }
    return processes.count == 1
      ? "\(first.name) (\(first.pid))" : "\(first.name) and \(processes.count - 1) more"
  }
}
