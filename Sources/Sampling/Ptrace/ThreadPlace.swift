import Glibc
import Processes

/// Where a thread is, as `/proc/PID/task/TID/syscall` tells without disturbing it (proc_pid_syscall(5)).
///
///     running
///     232 0x4 0x7f… 0x20 0xffffffff 0x0 0x0 0x7ffd… 0x7f…     in this system call, with these arguments; sp, pc
///     -1 0x7ffd… 0x7f…                                        in the kernel for another reason; sp, pc
enum ThreadPlace: Hashable {
  /// On a CPU, or ready to be.
  case running
  /// In the kernel, waiting; the registers are those that it comes back to its program with.
  case blocked(stackPointer: UInt64, programCounter: UInt64)

  /// Asks the kernel; nil when the thread is gone, or the kernel doesn't tell.
  init?(pid: Int32, tid: Int32) {
    guard let line = try? ProcFile.read("/proc/\(pid)/task/\(tid)/syscall", limit: 256) else { return nil }
    self.init(line)
  }

  /// Takes the line apart; nil where it's none.
  init?(_ line: [UInt8]) {
    var fields = line.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") })
    if fields.count == 1, fields[0].elementsEqual("running".utf8) {
      self = .running
      return
    }
    guard fields.count == 3 || fields.count == 9, let counter = fields.popLast().flatMap(Self.address),
      let pointer = fields.popLast().flatMap(Self.address)
    else { return nil }
    self = .blocked(stackPointer: pointer, programCounter: counter)
  }

  private static func address(_ field: ArraySlice<UInt8>) -> UInt64? {
    guard field.starts(with: "0x".utf8) else { return nil }
    return UInt64(String(decoding: field.dropFirst(2), as: UTF8.self), radix: 16)
  }
}
