import CLinuxPerf
import ELF
import Glibc
import ProfileModel
import Sampling

/// Runs a program from its very first instruction, one at a time, and keeps its own account of the calls that are open.
///
/// A call is told by its effect: the stack pointer went down by one word, which holds an address right behind the
/// instruction. Whatever lies below the stack pointer is closed, however that came about.
final class SteppedProcess {
  let pid: Int32
  private(set) var registers = UserRegisters()
  /// Open calls, outermost first: where the return address is, and what it is.
  private(set) var calls: [(slot: UInt64, address: UInt64)] = []
  /// Whether the instruction just executed may have changed what is mapped.
  private(set) var mayHaveMapped = true
  private var launcher: CommandLauncher

  struct Failure: Error { var errno: Int32 }

  init(_ command: [String]) throws {
    launcher = try CommandLauncher(command: command)
    pid = launcher.pid
    let (seize, traceExec, exitKill): (Int32, UInt, UInt) = (0x4206, 0x10, 0x10_0000)
    guard clp_ptrace(seize, pid, 0, traceExec | exitKill) == 0 else { throw Failure(errno: errno) }
    try launcher.resume()
    wait()
    registers = UserRegisters.ofTraced(tid: pid)
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

  /// Executes one instruction; false when the program has ended.
  func step() throws -> Bool {
    let (pc, sp) = (registers[16], registers[7])
    mayHaveMapped = ProcessMemory(pid: pid).bytes(at: pc, count: 2) == [0x0F, 0x05]
    guard clp_ptrace(9, pid, 0, 0) == 0 else { throw Failure(errno: errno) }
    guard wait() & 0xFF == 0x7F else { return false }
    registers = UserRegisters.ofTraced(tid: pid)
    let newSP = registers[7]
    while let last = calls.last, last.slot < newSP { calls.removeLast() }
    if newSP == sp &- 8, let bytes = ProcessMemory(pid: pid).bytes(at: newSP, count: 8) {
      let word = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      if word > pc, word - pc <= 8, registers[16] != word { calls.append((newSP, word)) }
    }
    return true
  }

  /// What a sample taken now would hold; live memory is out of reach.
  func capture(dumpBytes: Int) throws -> StackCapture {
    var stack = [UInt8](repeating: 0, count: dumpBytes)
    let sp = registers[UserRegisters.stackPointer(.host)]
    let got = unsafe stack.withUnsafeMutableBytes { unsafe ProcessMemory(pid: pid).read(at: sp, into: $0) }
    return StackCapture(pid: pid, tid: -1, registers: registers, stack: Array(stack.prefix(got)))
  }
}
