import Processes

/// The system call that a blocked thread is in, as `/proc/PID/task/TID/syscall` tells it (see `ThreadPlace`).
struct BlockedCall: Hashable {
  /// By the architecture's table.
  var number: Int64
  /// Its first argument, a descriptor for many calls.
  var firstArgument: UInt64

  /// Takes the line apart; nil where the thread runs, or is in the kernel for another reason.
  init?(_ line: [UInt8]) {
    let fields = line.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") })
    guard fields.count == 9, let number = Int64(String(decoding: fields[0], as: UTF8.self)), number >= 0,
      fields[1].starts(with: "0x".utf8),
      let argument = UInt64(String(decoding: fields[1].dropFirst(2), as: UTF8.self), radix: 16)
    else { return nil }
    self.number = number
    firstArgument = argument
  }
}
