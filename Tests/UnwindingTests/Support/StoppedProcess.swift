import CLinuxPerf
import ELF
import Foundation
import Processes
import ProfileModel
import Sampling

/// A program that has stopped itself with SIGSTOP at a known place; killed when this goes.
final class StoppedProcess {
  let pid: Int32
  let mappings: [Mapping]
  private var launcher: CommandLauncher

  struct DidNotStop: Error { var status: Int32 }

  /// Starts `command` and waits until it stops.
  init(_ command: [String]) throws {
    launcher = try CommandLauncher(command: command)
    pid = launcher.pid
    try launcher.resume()
    try Self.waitUntilStopped(pid)
    mappings = try ProcessMaps.read(pid: pid, executableOnly: true)
  }

  /// Starts `command` and stops it wherever it is when it has worked for so many milliseconds.
  init(_ command: [String], afterMilliseconds work: Int) throws {
    launcher = try CommandLauncher(command: command)
    pid = launcher.pid
    try launcher.resume()
    mappings = []
    try workAndStop(milliseconds: work)
  }

  /// Lets it work for so many milliseconds of CPU time since its start, and stops it.
  func workAndStop(milliseconds: Int) throws {
    kill(pid, SIGCONT)
    // The clock of a process, from its pid (`kernel/time/posix-cpu-timers.c`): CPUCLOCK_SCHED.
    let clock = ~pid << 3 | 2
    var time = timespec()
    repeat {
      usleep(2_000)
      var status: Int32 = 0
      guard clock_gettime(clock, &time) == 0, waitpid(pid, &status, WNOHANG) == 0 else {
        throw DidNotStop(status: status)
      }
    } while time.tv_sec * 1_000 + time.tv_nsec / 1_000_000 < milliseconds
    kill(pid, SIGSTOP)
    try Self.waitUntilStopped(pid)
  }

  /// Lets it run on to its next stop.
  func resumeUntilStopped() throws {
    kill(pid, SIGCONT)
    try Self.waitUntilStopped(pid)
  }

  private static func waitUntilStopped(_ pid: Int32) throws {
    var status: Int32 = 0
    while waitpid(pid, &status, WUNTRACED) < 0, errno == EINTR {}
    guard status & 0xFF == 0x7F else { throw DidNotStop(status: status) }
  }

  /// The index that `TestedUnwinder.add` gives the program itself.
  var moduleOfProgram: UInt32 {
    var module: UInt32 = 0
    for mapping in mappings {
      if mapping.path.hasSuffix("/program") { return module }
      if mapping.isFileBacked || mapping.path == "[vdso]" { module += 1 }
    }
    return .max
  }

  /// All threads of the process.
  func threads() throws -> [Int32] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").compactMap { Int32($0) }.sorted()
  }

  deinit {
    kill(pid, SIGKILL)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
  }

  /// The thread's registers and up to `count` bytes of its stack.
  func capture(
    tid: Int32? = nil, dumpBytes count: Int = 65_528, architecture: Architecture = .host
  ) throws -> StackCapture {
    let tid = tid ?? pid
    let registers = try UserRegisters.ofStopped(tid: tid, architecture: architecture)
    var stack = [UInt8](repeating: 0, count: count)
    let sp = registers[UserRegisters.stackPointer(architecture)]
    let got = unsafe stack.withUnsafeMutableBytes { unsafe ProcessMemory(pid: tid).read(at: sp, into: $0) }
    return StackCapture(
      pid: pid, tid: tid, registers: registers, stack: Array(stack.prefix(got)), architecture: architecture)
  }
}

/// What a sample holds of a thread.
struct StackCapture {
  var pid: Int32
  var tid: Int32
  var registers: UserRegisters
  var stack: [UInt8]
  /// What the registers are of; nil for what the unwinder was made for.
  var architecture: Architecture?
}

extension UserRegisters {
  struct PtraceFailure: Error { var errno: Int32 }

  /// Registers of a thread, which is interrupted for the time of the call.
  static func ofStopped(tid: Int32, architecture: Architecture = .host) throws -> UserRegisters {
    let (seize, interrupt, detach): (Int32, Int32, Int32) = (0x4206, 0x4207, 17)
    guard clp_ptrace(seize, tid, 0, 0) == 0 else { throw PtraceFailure(errno: errno) }
    guard clp_ptrace(interrupt, tid, 0, 0) == 0 else { throw PtraceFailure(errno: errno) }
    var status: Int32 = 0
    while waitpid(tid, &status, Int32(bitPattern: 0x4000_0000)) < 0, errno == EINTR {}
    defer { _ = clp_ptrace(detach, tid, 0, 0) }
    return architecture == .i386 ? ofTracedI386(tid: tid) : ofTraced(tid: tid)
  }

  /// Registers of a 32-bit program's thread that is in a ptrace stop.
  static func ofTracedI386(tid: Int32) -> UserRegisters {
    var words = [UInt32](repeating: 0, count: 17)
    unsafe words.withUnsafeMutableBytes { buffer in
      var vector = unsafe iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
      unsafe withUnsafeMutablePointer(to: &vector) {
        _ = clp_ptrace(0x4204, tid, 1, UInt(bitPattern: $0))
      }
    }
    var registers = UserRegisters()
    for (number, index) in [6, 1, 2, 0, 15, 5, 3, 4, 12].enumerated() { registers[number] = UInt64(words[index]) }
    return registers
  }

  /// Registers of a thread that is in a ptrace stop.
  static func ofTraced(tid: Int32) -> UserRegisters {
    var words = [UInt64](repeating: 0, count: 34)
    unsafe words.withUnsafeMutableBytes { buffer in
      var vector = unsafe iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
      unsafe withUnsafeMutablePointer(to: &vector) {
        _ = clp_ptrace(0x4204, tid, 1, UInt(bitPattern: $0))
      }
    }
    var registers = UserRegisters()
    #if arch(x86_64)
      // `struct user_regs_struct` has its own order.
      for (number, index) in [10, 12, 11, 5, 13, 14, 4, 19, 9, 8, 7, 6, 3, 2, 1, 0, 16].enumerated() {
        registers[number] = words[index]
      }
    #else
      for number in 0..<33 { registers[number] = words[number] }
    #endif
    return registers
  }
}
