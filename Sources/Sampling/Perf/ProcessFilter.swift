import CLinuxPerf
import Glibc
import KernelPrograms

/// Drops other processes' samples in the kernel, before their stacks are copied; the ring's reader tells it which.
///
/// It names those to drop, not those to take: a process that was born a moment ago passes, and is judged by the reader,
/// which knows its parent from a record. So nothing of a target can be missing, and whoever else runs for long costs a
/// few samples and then an interrupt each.
///
///     sample of process P ──► in the set? ──yes──► dropped after about a microsecond
///                                │ no
///                                └► ring ──► reader ── not in the targets' tree ──► P is put into the set
///                                                  └── P ends, or is a target's child ──► P is taken from the set
///
/// The program knows processes by their numbers in the machine's first PID namespace, which are the records' only where
/// perfprof runs in it. Needs CAP_BPF and CAP_PERFMON; without it, the reader alone drops them.
final class ProcessFilter {
  private let set: Int32
  private let program: Int32
  private var dropped: Set<Int32> = []

  /// More than run at once on most machines; what has no room is dropped by the reader.
  private static let mostProcesses = 16_384

  /// Nil where the kernel allows no such program, or numbers processes otherwise than the records do.
  init?() {
    guard KernelLimits.isInFirstPIDNamespace else { return nil }
    let set = clp_bpf_create_set(UInt32(Self.mostProcesses))
    var program: Int32 = -1
    if set >= 0 {
      let code = Self.code(set: set)
      // SAFETY: the call reads its arguments and keeps none.
      program = unsafe clp_bpf_load_for_events(code, UInt32(code.count), "Dual MIT/GPL")
    }
    (self.set, self.program) = (set, program)
    guard program >= 0 else { return nil }
  }

  deinit {
    for descriptor in [program, set] where descriptor >= 0 { close(descriptor) }
  }

  /// Has the event's samples filtered. An event that can't have it is filtered by the reader alone.
  func attach(to event: Int32) { _ = clp_bpf_attach(event, program) }

  /// Lets no more samples of the process through.
  func drop(_ pid: Int32) {
    guard pid > 0, dropped.count < Self.mostProcesses, dropped.insert(pid).inserted else { return }
    if clp_bpf_insert(set, UInt32(pid)) != 0 { dropped.remove(pid) }
  }

  /// Lets the process's samples, or those of whoever gets its number next, through again.
  func admit(_ pid: Int32) {
    if dropped.remove(pid) != nil { _ = clp_bpf_remove(set, UInt32(pid)) }
  }

  /// Whether the current process is not in the set.
  private static func code(set: Int32) -> [UInt64] {
    Instruction.code([
      .call(.currentProcessAndThread),
      .shiftRight(.r0, 32),
      .store(.r0, to: .frame, offset: -4, size: .bytes4),
      .copy(.r2, from: .frame), .add(.r2, -4),
      .load(.r1, map: set),
      .call(.mapLookup),
      .copy(.r1, from: .r0),
      .set(.r0, to: 1),
      .skip(1, if: .r1, is: 0),
      .set(.r0, to: 0),
      .exit,
    ])
  }
}
