import Glibc
import Processes
import Sampling

/// A started program that several closures of the recording share.
final class SuspendedCommand {
  private var launcher: CommandLauncher

  /// The program's process.
  var pid: Int32 { launcher.pid }

  /// Forks; the program waits for `resume`.
  init(_ command: [String], given: ProcessInheritance) throws(SamplingError) {
    launcher = try CommandLauncher(command: command, given: given)
  }

  /// Lets it run.
  func resume() throws(SamplingError) { try launcher.resume() }

  /// Passes a signal on, unless it has ended.
  func pass(_ signal: Int32) {
    if launcher.status() == nil { kill(launcher.pid, signal) }
  }

  /// CPU time that it and all it waited for used; nil while it runs.
  var usedTime: CPUTime? {
    _ = launcher.status()
    return launcher.usedTime
  }

  /// Waits for its end.
  func waitForExit() -> ExitStatus { launcher.waitForExit() }
}
