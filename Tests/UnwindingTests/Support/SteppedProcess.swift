import CLinuxPerf
import ELF
import Foundation
import Glibc
import Processes
import ProfileModel
import Sampling

/// Runs a program from its very first instruction, one at a time, and keeps its own account of the calls that are open.
///
/// A call is told by its effect: the stack pointer went down by one word, which holds an address right behind the
/// instruction. Whatever lies below the stack pointer is closed, however that came about.
final class SteppedProcess {
  let pid: Int32
  /// What the program is made for.
  let architecture: Architecture
  private(set) var registers = UserRegisters()
  /// Open calls, outermost first: where the return address is, and what it is.
  private(set) var calls: [(slot: UInt64, address: UInt64)] = []
  /// Whether the instruction just executed may have changed what is mapped.
  private(set) var mayHaveMapped = true
  private var launcher: CommandLauncher

  struct Failure: Error { var errno: Int32 }

  init(_ command: [String], architecture: Architecture = .host) throws {
    self.architecture = architecture
    launcher = try CommandLauncher(command: command)
    pid = launcher.pid
    let (seize, traceExec, exitKill): (Int32, UInt, UInt) = (0x4206, 0x10, 0x10_0000)
    guard clp_ptrace(seize, pid, 0, traceExec | exitKill) == 0 else { throw Failure(errno: errno) }
    try bind([pid, clp_gettid()], toProcessors: Self.allowedProcessors.prefix(while: \.isNumber))
    try launcher.resume()
    wait()
    registers = readRegisters()
  }

  private func readRegisters() -> UserRegisters {
    architecture == .i386 ? .ofTracedI386(tid: pid) : .ofTraced(tid: pid)
  }

  /// Where it is.
  var programCounter: UInt64 { registers[UserRegisters.programCounter(architecture)] }
  private var stackPointer: UInt64 { registers[UserRegisters.stackPointer(architecture)] }

  deinit {
    kill(pid, SIGKILL)
    wait()
    try? bind([clp_gettid()], toProcessors: Self.allowedProcessors)
  }

  /// The processors that the threads of this process may use, as `0-3,6`.
  private static let allowedProcessors: Substring = {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") } ?? "0"
    return line.drop { !$0.isNumber }
  }()

  /// Binds threads to processors. A step takes a third of the time where the program and who steps it share one, as no
  /// other one need be woken for it.
  private func bind(_ threads: [pid_t], toProcessors processors: Substring) throws {
    for thread in threads {
      _ = try CompiledProgram.run(["/usr/bin/taskset", "--cpu-list", "--pid", String(processors), String(thread)])
    }
  }

  @discardableResult
  private func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, Int32(bitPattern: 0x4000_0000)) < 0, errno == EINTR {}
    return status
  }

  /// Executes one instruction; false when the program has ended.
  func step() throws -> Bool {
    let (pc, sp) = (programCounter, stackPointer)
    let wordSize = architecture.wordSize
    // syscall; int $0x80; sysenter, which 32-bit programs do in the vDSO.
    let code = ProcessMemory(pid: pid).bytes(at: pc, count: 2)
    mayHaveMapped = code == [0x0F, 0x05] || code == [0xCD, 0x80] || code == [0x0F, 0x34]
    guard clp_ptrace(9, pid, 0, 0) == 0 else { throw Failure(errno: errno) }
    guard wait() & 0xFF == 0x7F else { return false }
    registers = readRegisters()
    let newSP = stackPointer
    while let last = calls.last, last.slot < newSP { calls.removeLast() }
    if newSP == sp &- wordSize, let bytes = ProcessMemory(pid: pid).bytes(at: newSP, count: wordSize) {
      let word = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      if word > pc, word - pc <= 8, programCounter != word { calls.append((newSP, word)) }
    }
    return true
  }

  /// What a sample taken now would hold; live memory is out of reach.
  func capture(dumpBytes: Int) throws -> StackCapture {
    var stack = [UInt8](repeating: 0, count: dumpBytes)
    let sp = stackPointer
    let got = unsafe stack.withUnsafeMutableBytes { unsafe ProcessMemory(pid: pid).read(at: sp, into: $0) }
    return StackCapture(
      pid: pid, tid: -1, registers: registers, stack: Array(stack.prefix(got)), architecture: architecture)
  }
}
