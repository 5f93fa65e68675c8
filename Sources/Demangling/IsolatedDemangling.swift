import CDemangling
import Glibc

/// Demangles Swift names in a child process with limits, while this process goes on.
///
/// A name that takes too long, or that the child dies of, is given up, and another child goes on behind it.
final class IsolatedDemangling {
  /// What one name may take by the clock, and all of them: far more than the child's CPU limit, so that a busy machine
  /// changes no name.
  private static let nameMilliseconds: Int64 = 5_000
  private static let totalMilliseconds: Int64 = 15_000
  /// Children that may die or be ended.
  private static let failureLimit = 8

  private let names: [String]
  private var child: Child?

  /// Starts on `names`, none of which holds a zero byte.
  init(_ names: [String]) {
    self.names = names
    child = names.isEmpty ? nil : Child(names[...])
  }

  /// Waits for the results; nil for names that are none or were given up.
  func finish() -> [(short: String, full: String)?] {
    var results: [(short: String, full: String)?] = []
    results.reserveCapacity(names.count)
    let end = Self.milliseconds() + Self.totalMilliseconds
    var failures = 0
    while results.count < names.count {
      let deadline = min(end, Self.milliseconds() + Self.nameMilliseconds)
      if let text = child?.next(deadline: deadline) {
        results.append(text.short.isEmpty || text.full.isEmpty ? nil : text)
        continue
      }
      child = nil
      results.append(nil)
      failures += 1
      if results.count < names.count, failures < Self.failureLimit, Self.milliseconds() < end {
        child = Child(names[results.count...])
      } else {
        while results.count < names.count { results.append(nil) }
      }
    }
    child = nil
    return results
  }

  fileprivate static func milliseconds() -> Int64 {
    var time = timespec()
    // SAFETY: `time` is written only during the call.
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}

/// A running child; ended and reaped when it goes.
private struct Child: ~Copyable {
  private let pid: pid_t
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var position = 0

  init?(_ names: ArraySlice<String>) {
    var bytes: [UInt8] = []
    for name in names {
      bytes += name.utf8
      bytes.append(0)
    }
    var pid: pid_t = -1
    // SAFETY: the child works on its copy of `bytes`, which holds `names.count` terminated strings.
    let descriptor = unsafe bytes.withUnsafeBytes {
      unsafe perfprof_start_swift_demangling($0.baseAddress?.assumingMemoryBound(to: CChar.self), names.count, &pid)
    }
    guard descriptor >= 0 else { return nil }
    self.pid = pid
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
    kill(pid, SIGKILL)
    var status: Int32 = 0
    // SAFETY: `status` is written only during the call.
    while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
  }

  /// The next name's two forms; nil when the child ended, or at the deadline.
  mutating func next(deadline: Int64) -> (short: String, full: String)? {
    guard let short = text(deadline), let full = text(deadline) else { return nil }
    return (short, full)
  }

  private mutating func text(_ deadline: Int64) -> String? {
    guard fill(4, deadline) else { return nil }
    let length = (0..<4).reduce(0) { $0 | Int(buffer[position + $1]) << (8 * $1) }
    position += 4
    var kept = length
    if length > Demangler.nameLimit {
      // Read past what is too long to show.
      var left = length
      while left > 0 {
        let piece = min(left, Demangler.nameLimit)
        guard fill(piece, deadline) else { return nil }
        position += piece
        left -= piece
      }
      kept = 0
    }
    guard fill(kept, deadline) else { return nil }
    defer { position += kept }
    return String(decoding: buffer[position..<position + kept], as: UTF8.self)
  }

  /// Makes sure that `count` unread bytes are in the buffer.
  private mutating func fill(_ count: Int, _ deadline: Int64) -> Bool {
    while buffer.count - position < count {
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let left = deadline - IsolatedDemangling.milliseconds()
      // SAFETY: `wait` is one entry, written only during the call.
      let ready = left > 0 ? unsafe poll(&wait, 1, Int32(clamping: left)) : 0
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { return false }
      buffer.removeFirst(position)
      position = 0
      let start = buffer.count
      buffer += [UInt8](repeating: 0, count: 1 << 16)
      // SAFETY: read writes at most the 64 KB that were just appended.
      let got = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe read(descriptor, bytes.baseAddress?.advanced(by: start), 1 << 16)
      }
      buffer.removeLast((1 << 16) - max(got, 0))
      guard got > 0 || (got < 0 && errno == EINTR) else { return false }
    }
    return true
  }
}
