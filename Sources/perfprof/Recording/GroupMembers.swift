import Glibc
import Processes

/// The processes of a control group that can be recorded.
struct GroupMembers {
  /// Its processes now, but for perfprof itself, what has ended and the kernel's.
  let processes: [ProcessStatus]

  /// Looks a group up as a user names it.
  init(of name: String) throws(Failure) {
    let group: ControlGroup
    do throws(ControlGroup.Problem) { group = try ControlGroup(named: name) } catch {
      switch error {
      case .noHierarchy:
        throw Failure(.noInput, "-G \(name): no control groups are mounted here: name the processes with -p")
      case .notFound:
        throw Failure(
          .noInput,
          "-G \(name): no such control group: name one as /proc/PID/cgroup does, its folder, or a container's number of "
            + "at least 12 digits")
      case .ambiguous(let groups):
        throw Failure(
          .usage,
          "-G \(name): \(groups.count) groups begin so (\(groups.prefix(3).joined(separator: ", "))): name all digits")
      }
    }
    var found: [ProcessStatus] = []
    for pid in group.processes where pid != getpid() {
      guard let status = try? ProcessStatus(pid: pid), !status.isZombie, !status.isKernelThread else { continue }
      found.append(status)
    }
    guard !found.isEmpty else {
      throw Failure(.noInput, "-G \(name): no process in it: it has ended, or none has begun yet")
    }
    processes = found
  }
}
