import CLinuxPerf
import ELF
import Glibc
import ProfileModel
import Sampling

/// A program that runs and is interrupted now and then.
final class SampledProcess {
  let pid: Int32
  private var launcher: CommandLauncher

  init(_ command: [String]) throws {
    launcher = try CommandLauncher(command: command)
    pid = launcher.pid
    guard clp_ptrace(0x4206, pid, 0, 0x10_0010) == 0 else { throw SteppedProcess.Failure(errno: errno) }
    try launcher.resume()
    wait()
    clp_ptrace(7, pid, 0, 0)
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

  /// Takes samples a few milliseconds apart, fewer when the program ends, and calls `body` at each while it is stopped.
  func captures(_ count: Int, dumpBytes: Int = 65_528, _ body: () throws -> Void) throws -> [StackCapture] {
    var captures: [StackCapture] = []
    // The first tenth of a second belongs to the dynamic linker.
    usleep(100_000)
    while captures.count < count {
      guard clp_ptrace(0x4207, pid, 0, 0) == 0, wait() & 0xFF == 0x7F else { break }
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
