import CLinuxPerf
import Glibc
import KernelPrograms
import Processes

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
///
/// An event has room for one program: where one copies stacks (`StackProgram`), that looks into the set as well.
final class ProcessFilter {
  /// The set of processes, a BPF map.
  let set: Int32
  /// The program that does nothing but filter; -1 until it is loaded.
  private var program: Int32 = -1
  private var dropped: Set<Int32> = []

  /// More than run at once on most machines; what has no room is dropped by the reader.
  private static let mostProcesses = 16_384

  /// Nil where the kernel allows no such set, or numbers processes otherwise than the records do.
  init?() {
    guard KernelLimits.isInFirstPIDNamespace else { return nil }
    set = clp_bpf_create_map(clp_bpf_hash, 4, 4, UInt32(Self.mostProcesses), 0)
    guard set >= 0 else { return nil }
  }

  deinit {
    for descriptor in [program, set] where descriptor >= 0 { close(descriptor) }
  }

  /// Loads the program that only filters, and notes who is awaited; nil where the kernel does not allow it.
  func loadProgram(awaited: AwaitedNote? = nil) -> Int32? {
    guard program < 0 else { return program }
    var text = ProgramText()
    let out = text.makeLabel()
    text.drop(processesIn: set, keyAt: -8, orGoTo: out)
    text.place(out)
    if let awaited { text.noteAwaited(awaited, at: -40) }
    text.set(0, value: 1)
    text.exit()
    let words = text.linked()
    // SAFETY: the kernel reads the instructions during the call.
    program = unsafe clp_bpf_load_for_samples(words, UInt32(words.count), nil, 0, nil, 0, "Dual MIT/GPL")
    return program >= 0 ? program : nil
  }

  /// Lets no more samples of the process through.
  func drop(_ pid: Int32) {
    guard pid > 0, dropped.count < Self.mostProcesses, dropped.insert(pid).inserted else { return }
    var (key, value) = (pid, pid)
    // SAFETY: the kernel reads four bytes each during the call.
    if unsafe clp_bpf_put(set, &key, &value) != 0 { dropped.remove(pid) }
  }

  /// Lets the process's samples, or those of whoever gets its number next, through again.
  func admit(_ pid: Int32) {
    guard dropped.remove(pid) != nil else { return }
    var key = pid
    // SAFETY: the kernel reads four bytes during the call.
    _ = unsafe clp_bpf_remove(set, &key)
  }
}

extension ProgramText {
  /// Ends the program, so that the sample is dropped, if the current process is in a set; else goes on at `out`.
  mutating func drop(processesIn set: Int32, keyAt slot: Int16, orGoTo out: Label) {
    call(.processAndThread)
    shiftRight(0, 32)
    storeHalf(0, at: 10, slot)
    self.set(1, map: set)
    self.set(2, 10)
    add(2, value: Int32(slot))
    call(.lookUp)
    jump(if: 0, .equal, 0, to: out)
    self.set(0, value: 0)
    exit()
  }
}
