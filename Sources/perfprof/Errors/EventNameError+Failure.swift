import BinaryReading
import Sampling
import TextWriting

extension Failure {
  /// What a wrong event's name means for the user.
  init(_ error: EventNameError) {
    func meant(_ similar: [String]) -> String { similar.isEmpty ? "" : " like it: \(similar.joined(separator: ", "));" }
    switch error {
    case .unknown(let name, let similar):
      let text = name.escapedForTerminal.shortened(toColumns: 80)
      self.init(
        .usage, "-e \(text): no such event;\(meant(similar)) `perfprof record -e help` lists those of this machine")
    case .modifier(let name, let event):
      self.init(
        .usage,
        "-e \(name.escapedForTerminal.shortened(toColumns: 80)): modifiers are not known here: use -e \(event), and "
          + "--no-kernel for user code alone")
    case .noTracepoint(let name, let similar):
      self.init(
        .usage, "-e \(name): this kernel has no such tracepoint;\(meant(similar)) `perf list tracepoint` lists them")
    case .noTraceFileSystem(let name):
      self.init(
        .unavailable,
        "-e \(name): tracepoints are found through tracefs, which is not mounted: "
          + "`sudo mount -t tracefs tracefs /sys/kernel/tracing`")
    case .traceFileSystemClosed(let name, let path, let errno):
      self.init(
        .noPermission,
        "-e \(name): tracepoints are found through \(path), which is closed to you (\(errorText(errno))): use sudo, or "
          + "`sudo mount -o remount,mode=755 \(path.dropLast("/events".count))`")
    }
  }
}
