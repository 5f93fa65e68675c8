import Foundation

/// What the kernel says of a process's threads at a moment (proc_pid_stat(5)).
struct ThreadStates {
  /// A letter for each thread: `R`, `S`, `T` stopped, `t` stopped by a tracer…
  var letters = ""
  /// Whether any thread has a tracer.
  var isTraced = false
  /// User and system time of the whole process, in clock ticks.
  var ticks = 0

  /// The threads as they are now; those that end meanwhile are left out.
  init(of pid: pid_t) {
    func text(_ name: String) -> String { (try? String(contentsOfFile: "/proc/\(pid)/\(name)", encoding: .utf8)) ?? "" }
    func fields(_ stat: String) -> [Substring] { stat.split(separator: ")").last?.split(separator: " ") ?? [] }
    for thread in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? [] {
      letters += fields(text("task/\(thread)/stat")).first ?? ""
      let tracer = text("task/\(thread)/status").split(separator: "\n").first { $0.hasPrefix("TracerPid:") }
      if let tracer, !tracer.hasSuffix("\t0") { isTraced = true }
    }
    let whole = fields(text("stat"))
    if whole.count > 12 { ticks = (Int(whole[11]) ?? 0) + (Int(whole[12]) ?? 0) }
  }

  /// Whether any thread is stopped.
  var isStopped: Bool { letters.contains { "Tt".contains($0) } }
}
