import Glibc
import Processes
import Recording
import Sampling

/// Tries what a recording would need, on this very process or a child of its own.
struct Examination {
  /// All findings, in a fixed order.
  func findings() -> [Finding] { sampling() + symbols() + limits() }

  // MARK: Sampling

  private func sampling() -> [Finding] {
    let own = probe(.processes([getpid()]))
    let machine = probe(.allProcesses)
    return [cycles(own), clock(own), kernel(own), wholeMachine(machine), ptrace()]
  }

  private enum Probe {
    case works(SamplerDescription)
    case fails(SamplingError)
  }

  private func probe(_ target: SamplingTarget) -> Probe {
    do throws(SamplingError) {
      return .works(try PerfEventSampler(target: target, options: SamplingOptions()).description)
    } catch { return .fails(error) }
  }

  private func cycles(_ probe: Probe) -> Finding {
    var finding = Finding(group: .sampling, name: "perf:cycles", isGood: false, detail: "")
    switch probe {
    case .works(let description) where description.name == "perf:cycles":
      finding.isGood = true
      finding.detail = "hardware cycle counter"
    case .works:
      finding.detail = "no hardware cycle counter on this machine, as in most virtual ones; cpu-clock takes its place"
    case .fails(let error):
      finding.detail = Failure(error).sentence
    }
    return finding
  }

  private func clock(_ probe: Probe) -> Finding {
    switch probe {
    case .works:
      Finding(group: .sampling, name: "perf:cpu-clock", isGood: true, detail: "the kernel's clock of CPU time")
    case .fails(let error):
      Finding(
        group: .sampling, name: "perf:cpu-clock", isGood: false, detail: Failure(error).sentence,
        remedy: "sysctl kernel.perf_event_paranoid=2, or sudo, or CAP_PERFMON; in containers also seccomp")
    }
  }

  private func kernel(_ probe: Probe) -> Finding {
    if case .works(let description) = probe, !description.excludesKernel {
      return Finding(group: .sampling, name: "kernel code", isGood: true, detail: "is sampled")
    }
    return Finding(
      group: .sampling, name: "kernel code", isGood: false,
      detail: "is left out (kernel.perf_event_paranoid \(KernelLimits.paranoid.map(String.init) ?? "unknown"))",
      remedy: "sysctl kernel.perf_event_paranoid=1, or sudo, or CAP_PERFMON")
  }

  private func wholeMachine(_ probe: Probe) -> Finding {
    if case .works = probe {
      return Finding(group: .sampling, name: "all processes (-a)", isGood: true, detail: "may be sampled")
    }
    return Finding(
      group: .sampling, name: "all processes (-a)", isGood: false, detail: "may not be sampled",
      remedy: "sysctl kernel.perf_event_paranoid=0, or sudo, or CAP_PERFMON")
  }

  private func ptrace() -> Finding {
    var finding = Finding(group: .sampling, name: "ptrace", isGood: false, detail: "")
    do throws(SamplingError) {
      let child = try CommandLauncher(command: ["true"])
      _ = try PtraceSampler(target: .suspended(child.pid), options: SamplingOptions()).description
      finding.isGood = true
      finding.detail = "own processes may be traced"
      if let scope = KernelLimits.ptraceScope, scope > 0, geteuid() != 0 {
        finding.detail = "only processes that perfprof starts (kernel.yama.ptrace_scope \(scope))"
        finding.remedy = "sysctl kernel.yama.ptrace_scope=0, or sudo, or CAP_SYS_PTRACE"
      }
    } catch { finding.detail = Failure(error).sentence }
    return finding
  }

  // MARK: Names

  private func symbols() -> [Finding] {
    var findings: [Finding] = []
    let hidden = KernelNames.restriction
    findings.append(
      Finding(
        group: .symbols, name: "kernel functions", isGood: hidden == nil,
        detail: hidden.map { "hidden (kernel.kptr_restrict \($0))" } ?? "/proc/kallsyms",
        remedy: hidden == nil ? nil : "sudo, or sysctl kernel.kptr_restrict=0 and kernel.perf_event_paranoid=1"))
    // SAFETY: the path is a literal.
    let hasDebugFiles = unsafe access("/usr/lib/debug/.build-id", R_OK | X_OK) == 0
    findings.append(
      Finding(
        group: .symbols, name: "separate debug files", isGood: hasDebugFiles,
        detail: hasDebugFiles ? "/usr/lib/debug" : "none in /usr/lib/debug",
        remedy: hasDebugFiles ? nil : "install -dbgsym packages of what you profile, libc6-dbg for the C library"))
    // SAFETY: getenv returns a terminated string, which is copied at once.
    let servers = unsafe getenv("DEBUGINFOD_URLS").map { unsafe String(cString: $0) } ?? ""
    findings.append(
      Finding(
        group: .symbols, name: "debuginfod", isGood: !servers.isEmpty, detail: servers.isEmpty ? "no server" : servers,
        remedy: servers.isEmpty ? "set DEBUGINFOD_URLS to your distribution's server" : nil))
    return findings
  }

  // MARK: Limits

  private func limits() -> [Finding] {
    let rate = KernelLimits.maxSampleRate
    let memory = KernelLimits.mlockKilobytes
    var descriptors = rlimit()
    // SAFETY: writes the structure only.
    _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &descriptors)
    return [
      Finding(
        group: .limits, name: "samples a second", isGood: rate.map { $0 >= 999 } ?? true,
        detail: "at most \(rate.map(String.init) ?? "unknown") (kernel.perf_event_max_sample_rate)"),
      Finding(
        group: .limits, name: "ring buffers", isGood: geteuid() == 0 || (memory ?? 0) >= 516,
        detail: geteuid() == 0
          ? "unlimited for root" : "\(memory.map(String.init) ?? "unknown") KiB (kernel.perf_event_mlock_kb)",
        remedy: geteuid() == 0 ? nil : "sysctl kernel.perf_event_mlock_kb=8192 for fewer lost samples"),
      Finding(
        group: .limits, name: "file descriptors", isGood: descriptors.rlim_max >= 4096,
        detail: "\(descriptors.rlim_max): two or more for each thread and CPU", remedy: nil),
    ]
  }
}
