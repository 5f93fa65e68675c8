import Glibc
import Processes
import Testing

@testable import Sampling

@Suite struct CommandLauncherTests {
  @Test func passesTheStatusOn() throws {
    var launcher = try CommandLauncher(command: ["sh", "-c", "exit 7"])
    try launcher.resume()
    #expect(launcher.waitForExit() == .exited(7))
    #expect(launcher.status() == .exited(7))
  }

  @Test func tellsTheSignal() throws {
    var launcher = try CommandLauncher(command: ["sh", "-c", "kill -KILL $$"])
    try launcher.resume()
    let status = launcher.waitForExit()
    #expect(status == .signaled(SIGKILL))
    #expect(status.shellStatus == 128 + SIGKILL)
  }

  @Test(arguments: [("/nowhere/at-all", ENOENT), ("/", EACCES), ("", ENOENT), ("a\0b", ENOENT)])
  func reportsWhyItCannotRun(command: String, reason: Int32) {
    #expect(throws: SamplingError.commandNotRun(command: command, errno: reason)) {
      var launcher = try CommandLauncher(command: [command])
      try launcher.resume()
    }
  }

  @Test func waitsUntilItMayRun() throws {
    var launcher = try CommandLauncher(command: ["true"])
    // Still a copy of this process.
    #expect(try ProcessStatus(pid: launcher.pid).command == CommandLine.arguments)
    #expect(launcher.status() == nil)
    try launcher.resume()
    #expect(launcher.waitForExit() == .exited(0))
  }

  @Test func endsTheChildWhenItIsNeverResumed() throws {
    func launch() throws -> Int32 { try CommandLauncher(command: ["true"]).pid }
    let pid = try launch()
    #expect(kill(pid, 0) == -1)
  }
}
