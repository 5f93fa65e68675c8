/// Why a command ends without having done its work: one sentence for the user, and the exit status.
///
/// Sentences say what failed, on what, why, and what to do.
struct Failure: Error {
  var status: ExitCodes
  var sentence: String

  init(_ status: ExitCodes, _ sentence: String) {
    self.status = status
    self.sentence = sentence
  }
}

/// The exit statuses, after sysexits.h.
enum ExitCodes: Int32 {
  /// A gate that was asked for failed, as in `diff --fail-if`.
  case gateFailed = 1
  /// The words of the command line don't go together.
  case usage = 64
  /// An input that is no valid profile.
  case badInput = 65
  /// No such input or process.
  case noInput = 66
  /// Nothing to sample with.
  case unavailable = 69
  /// Something that should never happen.
  case software = 70
  /// The output can't be written.
  case cantCreate = 73
  /// Not permitted.
  case noPermission = 77
}

import Glibc
import TextWriting

/// Writes one line to standard error. What names bring along can neither steer the terminal nor make further lines.
func printError(_ line: String) {
  var bytes = Array(line.escapedForTerminal.utf8)
  bytes.append(UInt8(ascii: "\n"))
  var done = 0
  while done < bytes.count {
    // SAFETY: `done` is below the array's count, and at most the rest is read.
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe write(STDERR_FILENO, buffer.baseAddress?.advanced(by: done), buffer.count - done)
    }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return }
    done += count
  }
}
