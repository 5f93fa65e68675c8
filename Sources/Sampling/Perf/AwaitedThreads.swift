import CLinuxPerf
import Glibc
import KernelPrograms
import Processes

/// The threads whose waking is to be told of, a BPF map: each that a sample met as it left its processor, until it is woken.
///
///     sample of thread T leaving ──► T: how often it was switched, when      (the program at samples)
///     T is woken, by whomever    ──► in the map, and switched as often? ──► the waker's sample (`WakeProgram`)
///
/// So a waking costs nothing but a look unless the wait that it ends was sampled, and what is told of it belongs to that wait.
final class AwaitedThreads {
  /// By thread: how often it was switched, as of the wait, and when it left its processor.
  let map: Int32
  /// Where `task_struct` keeps what is read of it.
  let offsets: Offsets

  /// Bytes from the beginning of `task_struct`.
  struct Offsets: Hashable {
    var thread: Int32
    var process: Int32
    /// Switches because it had to wait, and others.
    var voluntary: Int32
    var involuntary: Int32
  }

  /// What a program at samples has to know.
  var note: AwaitedNote { AwaitedNote(map: map, offsets: offsets) }

  /// Threads that can be awaited at once; the kernel forgets those that have waited for longest.
  private static let limit: UInt32 = 32_768

  /// Nil where the kernel allows no such map, does not tell where it keeps threads' numbers, or numbers threads otherwise
  /// than records do.
  init?() {
    guard KernelLimits.isInFirstPIDNamespace,
      let found = KernelTypes.taskOffsets([["pid"], ["tgid"], ["nvcsw"], ["nivcsw"]]),
      found.allSatisfy({ $0 < 1 << 20 })
    else { return nil }
    offsets = Offsets(
      thread: Int32(found[0]), process: Int32(found[1]), voluntary: Int32(found[2]), involuntary: Int32(found[3]))
    map = clp_bpf_create_map(clp_bpf_lru_hash, 4, 16, Self.limit, 0)
    guard map >= 0 else { return nil }
  }

  deinit { if map >= 0 { close(map) } }

  /// How often a thread was switched so far; nil where it's gone.
  func switches(of tid: Int32, in pid: Int32) -> UInt64? {
    guard let status = StatusFields(path: "/proc/\(pid)/task/\(tid)/status"),
      let voluntary = status["voluntary_ctxt_switches"].first.flatMap({ UInt64($0) }),
      let involuntary = status["nonvoluntary_ctxt_switches"].first.flatMap({ UInt64($0) })
    else { return nil }
    return voluntary &+ involuntary
  }

  /// Whether a thread is awaited that was switched so often: whether the wait that it is in was sampled.
  func isAwaited(_ tid: Int32, switches: UInt64) -> Bool {
    var (key, value) = (tid, (UInt64(0), UInt64(0)))
    // SAFETY: the kernel reads the four bytes of `key` and writes the 16 of `value` during the call.
    return unsafe clp_bpf_get(map, &key, &value) == 0 && value.0 == switches
  }

  /// Awaits a thread that was found waiting, and that no sample met as it began to.
  func await(_ tid: Int32, switches: UInt64) {
    var (key, value) = (tid, (switches, UInt64(0)))
    // SAFETY: the kernel reads the 4 and 16 bytes during the call.
    _ = unsafe clp_bpf_put(map, &key, &value)
  }
}

/// What a program at samples has to know to note who is awaited.
struct AwaitedNote: Hashable {
  var map: Int32
  var offsets: AwaitedThreads.Offsets
}

extension ProgramText {
  /// Notes the current thread as one that is awaited, with how often it was switched by now. Uses r6 and the stack from
  /// `slot`, 32 bytes up.
  mutating func noteAwaited(_ note: AwaitedNote, at slot: Int16) {
    call(.currentTaskAddress)
    set(6, 0)
    readSwitches(note.offsets, ofTaskIn: 6, into: slot, scratch: slot + 16)
    call(.time)
    store(0, at: 10, slot + 8)
    call(.processAndThread)
    // The lower half is the thread.
    store(0, at: 10, slot + 24)
    set(1, map: note.map)
    set(2, 10)
    add(2, value: Int32(slot + 24))
    set(3, 10)
    add(3, value: Int32(slot))
    set(4, value: 0)
    call(.update)
  }

  /// Stores how often a task was switched, which r1 is then as well.
  mutating func readSwitches(
    _ offsets: AwaitedThreads.Offsets, ofTaskIn task: Register, into slot: Int16, scratch: Int16
  ) {
    set(3, task)
    add(3, value: offsets.voluntary)
    readKernelWord(into: slot)
    set(3, task)
    add(3, value: offsets.involuntary)
    readKernelWord(into: scratch)
    load(1, at: 10, slot)
    load(2, at: 10, scratch)
    add(1, 2)
    store(1, at: 10, slot)
  }
}
