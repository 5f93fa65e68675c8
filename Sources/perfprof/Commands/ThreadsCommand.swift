import ArgumentParser
import Glibc
import Processes
import ProfileModel
import Recording
import RecordingFormat
import Reports
import Sampling

struct ThreadsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "threads", abstract: "Show the stacks of all threads of a process, now, and what they wait for.",
    usage: "perfprof threads -p PID [--json]",
    discussion: """
      Threads that wait are read as they stand and never stopped; threads that run are stopped for some microseconds. \
      Of threads that wait the kernel tells two registers only: a stack that can't be unwound by them says so.
      """)

  @Option(
    name: [.customShort("p"), .customLong("pid")], help: ArgumentHelp("The process.", valueName: "PID"),
    completion: .custom { _, _, prefix in ProcessCompletion.words(prefix) })
  var pid: Int32

  @Flag(help: "As JSON.")
  var json = false

  @Option(help: "The most frames of a stack to show; deeper ones are cut in the middle.")
  var maxDepth = 2048

  @OptionGroup var symbols: SymbolFlags

  mutating func validate() throws {
    guard pid > 0 else { throw ValidationError("-p \(pid): not a process number: use one from `ps -e`") }
    guard pid != getpid() else { throw ValidationError("-p \(pid): that is perfprof itself") }
    guard (2...1_000_000).contains(maxDepth) else { throw ValidationError("--max-depth \(maxDepth): use 2 to 1000000") }
  }

  mutating func run() throws {
    var options = RecordOptions(target: .processes([pid]), command: [])
    options.maxDepth = maxDepth
    options.symbols = symbols.options
    options.version = Version.text
    let dump: ThreadDump
    do throws(ThreadDumpError) { dump = try ThreadDump.take(pid: pid, options: options) } catch {
      switch error {
      case .sampling(let error): throw Failure(error)
      case .unreadable(let error): throw Failure(unreadable: error)
      }
    }
    let report = ThreadReport(
      dump.profile, threads: dump.threads, pid: dump.threads.first?.pid ?? pid, seconds: dump.seconds,
      longestPause: dump.pauses.count > 0 ? Double(dump.pauses.longest) / 1e9 : nil)
    try OutputFile(path: "-").write(json ? report.json() : Array(report.text().utf8))
    guard report.rows.contains(where: { if case .unread(.notPermitted) = $0.observed.state { false } else { true } })
    else {
      throw Failure(
        .ptraceNotPermitted(
          pid: pid, owner: ProcessStatus.owner(of: pid), scope: KernelLimits.ptraceScope, errno: EPERM))
    }
  }
}
