/// What an event means for a process as a whole.
///
/// Whoever keeps something by a process's number follows these and nothing else. Each of them voids what was kept for
/// the process's memory so far; `began` then begins with a copy of what is kept for the parent.
package enum ProcessChange: Hashable, Sendable {
  /// The process begins as a copy of another; who had its number before is over, whether that was told or not.
  case began(pid: Int32, parent: Int32)
  /// It runs another program, and nothing is mapped of the one before.
  case replacedProgram(pid: Int32)
  /// Its last thread has ended; with the name of the program that it was to run, if it never mapped any of that.
  case ended(pid: Int32, unstarted: String?)

  /// Whose number it is.
  package var pid: Int32 {
    switch self {
    case .began(let pid, _), .replacedProgram(let pid), .ended(let pid, _): pid
    }
  }
}
