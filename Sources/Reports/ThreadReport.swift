import ProfileModel

/// Every thread of a process with its stack, and what it waits for.
package struct ThreadReport: Sendable {
  /// A thread.
  package struct Row: Hashable, Sendable {
    /// What was seen of it beside its stack.
    package var observed: ObservedThread
    /// Its short name; empty where unknown.
    package var name: String
    /// Its stack, leaf first, without the markers of missing frames.
    package var frames: [StackFrame]
    /// Why the stack does not reach the thread's first function, where it doesn't.
    package var truncation: String?
  }

  /// A function on a thread's stack.
  package struct StackFrame: Hashable, Sendable {
    /// Its name.
    package var name: String
    /// The module that it lies in.
    package var module: String?
    /// Source file and line, where known; the line is 0 where it isn't.
    package var file: String?
    /// The line in it.
    package var line: UInt32
    /// What kind of code it is.
    package var kind: FrameKind
  }

  /// The process.
  package let pid: Int32
  /// Its short name.
  package let processName: String
  /// One for each thread: the first thread of the process, then by number.
  package let rows: [Row]
  /// How long it took to look at all of them, in seconds.
  package let seconds: Double
  /// The longest that a thread was held, in seconds; nil where none was.
  package let longestPause: Double?
  /// Whether the process runs Swift tasks, those of which that are suspended are on no thread.
  package let hasSwiftTasks: Bool

  /// The report of a dump: the last sample of each thread counts.
  package init(
    _ profile: Profile, threads: [ObservedThread], pid: Int32, seconds: Double, longestPause: Double?
  ) {
    var stacks: [Int32: StackID?] = [:]
    var names: [Int32: String] = [:]
    for sample in profile.samples {
      let thread = profile.threads[sample.thread.index]
      stacks[thread.tid] = sample.stack
      names[thread.tid] = thread.name
    }
    self.pid = pid
    processName = profile.processes.first { $0.pid == pid }?.name ?? ""
    self.seconds = seconds
    self.longestPause = longestPause
    hasSwiftTasks = profile.modules.contains { $0.name.hasPrefix("libswift_Concurrency.so") }
    let sorted = threads.sorted { ($0.tid == pid ? 0 : 1, $0.tid) < ($1.tid == pid ? 0 : 1, $1.tid) }
    rows = sorted.map { observed in
      var row = Row(observed: observed, name: names[observed.tid] ?? "", frames: [], truncation: nil)
      if case .unread = observed.state { return row }
      var node = stacks[observed.tid] ?? nil
      while let at = node {
        let frame = profile.frames[Int(profile.stacks.frame(of: at))]
        let function = profile.functions[frame.function.index]
        if frame.kind == .truncated {
          row.truncation = Self.reason(function.name)
        } else {
          row.frames.append(
            StackFrame(
              name: function.name, module: function.module.map { profile.modules[$0.index].name }, file: function.file,
              line: frame.line, kind: frame.kind))
        }
        node = profile.stacks.parent(of: at)
      }
      return row
    }
  }

  /// The text in `[truncated: TEXT]`.
  private static func reason(_ marker: String) -> String {
    let prefix = "[truncated: "
    guard marker.hasPrefix(prefix), marker.hasSuffix("]") else { return marker }
    return String(marker.dropFirst(prefix.count).dropLast())
  }
}
