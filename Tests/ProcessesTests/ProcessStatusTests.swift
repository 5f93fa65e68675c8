import Glibc
import Sampling
import Testing

@testable import Processes

@Suite struct ProcessStatusTests {
  @Test func readsItsOwnProcess() throws {
    let info = try ProcessStatus(pid: getpid())
    #expect(info.parent == getppid())
    #expect(info.owner == getuid())
    #expect(!info.isZombie)
    #expect(!info.isKernelThread)
    #expect(info.command == CommandLine.arguments)
    #expect(ProcessStatus.threads(of: getpid()).contains(getpid()))
    #expect(ProcessStatus.allProcesses().contains(getpid()))
  }

  @Test func knowsZombiesAndTheAbsent() throws {
    var launcher = try CommandLauncher(command: ["true"])
    let pid = launcher.pid
    try launcher.resume()
    // Its end without taking its status: WNOWAIT leaves the zombie there.
    var information = siginfo_t()
    waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT)
    #expect(try ProcessStatus(pid: pid).isZombie)
    #expect(launcher.waitForExit() == .exited(0))
    #expect(throws: ProcessError.noSuchProcess(pid: -3)) { try ProcessStatus(pid: -3) }
  }

  @Test func readsNamesWithParenthesesAndBlanks() throws {
    let line = "7 (a) R 1 (b) S 3 7 7 0 -1 2097216 1 2 3 4 50 60 7 8 20 0 1 0\n"
    let stat = try #require(ThreadStat(Array(line.utf8)))
    #expect(stat.name == "a) R 1 (b")
    #expect(stat.state == "S")
    #expect(stat.parent == 3)
    #expect(stat.flags & 0x0020_0000 != 0)
    #expect(stat.cpuTicks == 110)
  }

  @Test(arguments: ["", "7", "7 (a", "7 a) S", "7 )a( S 1", "7 (a) S 1 2 3"])
  func refusesWhatIsNoStatLine(line: String) {
    #expect(ThreadStat(Array(line.utf8)) == nil)
  }

  @Test(
    arguments: [
      ("0", [0]), ("0-1", [0, 1]), ("0-2,5,7-8", [0, 1, 2, 5, 7, 8]), ("", []), ("x", []), ("3-1", []),
      ("0-99999999", []),
      ("-", []), ("1-", [1]),
    ] as [(String, [Int32])])
  func readsListsOfProcessors(text: String, expected: [Int32]) {
    #expect(KernelLimits.cpuList(text) == expected)
  }
}
