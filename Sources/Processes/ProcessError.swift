/// Why nothing can be told of a process.
package enum ProcessError: Error, Hashable, Sendable {
  /// There is no such process.
  case noSuchProcess(pid: Int32)
  /// Another user's process, or one that may not be looked into.
  case notPermitted(pid: Int32, owner: UInt32?, errno: Int32)
}
