import Glibc
import Processes

/// What a shell offers behind `-p`: processes that may be profiled, by number and by name.
enum ProcessCompletion {
  /// Words for what was typed so far, which may be a list whose last piece is being typed.
  static func words(_ typed: String) -> [String] {
    let finished = typed.lastIndex(of: ",").map { typed[...$0] } ?? ""
    let own = geteuid()
    var numbers: [String] = []
    var names: Set<String> = []
    for pid in ProcessStatus.allProcesses().sorted() where pid != getpid() && pid != getppid() {
      guard let status = try? ProcessStatus(pid: pid), !status.isKernelThread, !status.isZombie,
        own == 0 || status.owner == own
      else { continue }
      numbers.append("\(finished)\(pid)")
      if !status.name.contains(where: { $0.isWhitespace || $0 == ":" }) { names.insert("\(finished)\(status.name)") }
    }
    return numbers + names.sorted()
  }
}
