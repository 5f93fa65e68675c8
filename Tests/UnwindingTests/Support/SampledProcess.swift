import CLinuxPerf
import ELF
import Glibc
import Processes
import ProfileModel
import Sampling

/// A program that runs and is interrupted now and then.
final class SampledProcess {
  let pid: Int32
  private var launcher: CommandLauncher

  /// Starts `command`, which becomes the program that is meant with its `execs`-th exec.
  init(_ command: [String], execs: Int = 1) throws {
    launcher = try CommandLauncher(command: command)
    pid = launcher.pid
    guard clp_ptrace(0x4206, pid, 0, 0x10_0010) == 0 else { throw SteppedProcess.Failure(errno: errno) }
    try launcher.resume()
    for _ in 0..<execs {
      let status = wait()
      guard status & 0xFF == 0x7F else { throw StoppedProcess.DidNotStop(status: status) }
      clp_ptrace(7, pid, 0, 0)
    }
  }

  deinit {
    kill(pid, SIGKILL)
    wait()
  }

  @discardableResult
  private func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, Int32(bitPattern: 0x4000_0000)) < 0, errno == EINTR {}
    return status
  }

  /// Interrupts the program; false when it has ended. Signals that come in meanwhile are passed on.
  private func interrupt() -> Bool {
    guard clp_ptrace(0x4207, pid, 0, 0) == 0 else { return false }
    while true {
      let status = wait()
      guard status & 0xFF == 0x7F else { return false }
      let (event, signal) = (status >> 16, status >> 8 & 0xFF)
      if event == 128 { return true }
      clp_ptrace(7, pid, 0, event == 0 ? UInt(signal) : 0)
    }
  }

  /// Takes samples a few milliseconds apart, fewer when the program ends, and calls `body` at each while it is stopped.
  func captures(_ count: Int, dumpBytes: Int = 65_528, _ body: () throws -> Void) throws -> [StackCapture] {
    var captures: [StackCapture] = []
    // The first tenth of a second belongs to the dynamic linker.
    usleep(100_000)
    while captures.count < count {
      guard interrupt() else { break }
      let registers = UserRegisters.ofTraced(tid: pid)
      var stack = [UInt8](repeating: 0, count: dumpBytes)
      let sp = registers[UserRegisters.stackPointer(.host)]
      let got = unsafe stack.withUnsafeMutableBytes { unsafe ProcessMemory(pid: pid).read(at: sp, into: $0) }
      captures.append(StackCapture(pid: pid, tid: pid, registers: registers, stack: Array(stack.prefix(got))))
      try body()
      guard captures.count < count else { break }
      clp_ptrace(7, pid, 0, 0)
      usleep(3_000)
    }
    return captures
  }
}
