import Glibc
import Processes

extension PerfEventSampler {
  /// The targets' process numbers, each checked to be one that can be sampled; none for the whole machine.
  static func resolve(_ target: SamplingTarget) throws(SamplingError) -> [Int32] {
    switch target {
    case .allProcesses: return []
    case .suspended(let pid): return [pid]
    case .processes(let pids):
      var resolved: [Int32] = []
      for pid in pids {
        let info = try status(of: pid)
        guard !info.isKernelThread else { throw .kernelThread(pid: pid) }
        guard !info.isZombie else { throw .zombie(pid: pid) }
        if !resolved.contains(info.process) { resolved.append(info.process) }
      }
      return resolved
    }
  }

  private static func status(of pid: Int32) throws(SamplingError) -> ProcessStatus {
    do { return try ProcessStatus(pid: pid) } catch { throw SamplingError(error) }
  }

  /// Refuses targets that this user may not look into, as an event of a thread would.
  static func checkAccess(_ processes: [Int32]) throws(SamplingError) {
    guard geteuid() != 0 else { return }
    for pid in processes {
      do { _ = try ProcessMaps.read(pid: pid) } catch {
        if case .notPermitted = error { throw SamplingError(error) }
      }
    }
  }

  /// What a failure to open the targets' events means.
  static func explain(
    _ error: SystemCallError, target: SamplingTarget, processes: [Int32], limit: Int, cpus: Int, plan: PerfPlan
  ) -> SamplingError {
    switch error.number {
    case ESRCH: return .noSuchProcess(pid: processes.first ?? 0)
    case EMFILE, ENFILE:
      let needed = Arrangement.descriptorsNeeded(processes, cpus: cpus, events: plan.events.count)
      return .tooManyDescriptors(needed: needed, limit: limit)
    case EACCES, EPERM:
      if target == .allProcesses {
        return .wholeMachineNotPermitted(paranoid: KernelLimits.paranoid, errno: error.number)
      }
      // The plan was tried on this process itself, so that it's the target that is out of reach.
      let user = geteuid()
      let pid = processes.first { ProcessStatus.owner(of: $0) != user } ?? processes.first ?? 0
      return .processNotPermitted(
        pid: pid, owner: ProcessStatus.owner(of: pid), paranoid: KernelLimits.paranoid, errno: error.number)
    default: return .system(call: "perf_event_open", errno: error.number)
    }
  }
}
