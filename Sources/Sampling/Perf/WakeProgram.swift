import CLinuxPerf
import Glibc
import KernelPrograms
import Processes

/// A BPF program that runs whenever a thread is woken (the tracepoint `sched_waking`), and samples whoever wakes it where it
/// is awaited (`AwaitedThreads`): right there, with the waker's stack.
///
///     waker ──► try_to_wake_up(T) ──► T awaited? ──► sample of the waker, with T's numbers, into the ring of this CPU
///
/// The sample is perf's own, of an event that nothing else makes samples of (`PERF_COUNT_SW_BPF_OUTPUT`). No thread is
/// stopped and perfprof not woken for it. Needs `CAP_BPF` and `CAP_PERFMON`; other observers of the tracepoint see no
/// difference, as they would of a filter on an event there.
struct WakeProgram: ~Copyable {
  private var owned = DescriptorSet()

  /// Opens an event for each CPU and lets the program run; nil where the kernel does not allow it.
  init?(
    _ awaited: AwaitedThreads, plan: PerfPlan, rings: borrowing RingSet, opened: (_ number: UInt64) -> Void
  ) {
    let count = UInt32(clamping: (rings.cpus.max() ?? 0) + 1)
    let events = clp_bpf_create_map(clp_bpf_events, 4, 4, count, 0)
    guard events >= 0 else { return nil }
    owned.insert(events)
    var attributes = plan.attributes(of: .wakes, isCarrier: false, isSuspended: false, inherits: false)
    for (index, cpu) in rings.cpus.enumerated() {
      // SAFETY: the kernel reads the attributes during the call.
      let descriptor = unsafe clp_perf_event_open(&attributes, -1, cpu, -1, UInt(PERF_FLAG_FD_CLOEXEC))
      guard descriptor >= 0 else { return nil }
      owned.insert(descriptor)
      var number: UInt64 = 0
      var (key, value) = (cpu, descriptor)
      // SAFETY: the kernel writes the eight bytes of `number`, and reads four each of the others, during the calls.
      guard unsafe clp_perf_id(descriptor, &number) == 0,
        clp_perf_set_output(descriptor, rings.owners[index]) == 0,
        unsafe clp_bpf_put(events, &key, &value) == 0
      else { return nil }
      opened(number)
    }
    let words = Self.text(awaited.note, events: events).linked()
    // SAFETY: the kernel reads the instructions and the names during the calls.
    let program = unsafe clp_bpf_load_for_tracepoint(words, UInt32(words.count), "Dual MIT/GPL")
    guard program >= 0 else { return nil }
    owned.insert(program)
    let link = unsafe clp_bpf_attach_to_tracepoint("sched_waking", program)
    guard link >= 0 else { return nil }
    owned.insert(link)
  }

  /// Ends it; what it sampled stays in the rings.
  mutating func removeAll() { owned.removeAll() }

  /// Offsets from the program's frame.
  private enum Slot {
    /// What the sample tells of the woken thread: `WokenThread.size` bytes.
    static let thread: Int16 = -16
    static let process: Int16 = -12
    static let left: Int16 = -8
    static let switches: Int16 = -24
    static let scratch: Int16 = -32
  }

  /// The program. Its registers: r6 its context, r7 the woken thread's `task_struct`, r8 what is known of its wait.
  private static func text(_ note: AwaitedNote, events: Int32) -> ProgramText {
    var text = ProgramText()
    let out = text.makeLabel()
    text.set(6, 1)
    text.load(7, at: 6, 0)
    text.readHalf(of: 7, note.offsets.thread, into: Slot.thread)
    text.lookUp(note.map, keyAt: Slot.thread)
    text.jump(if: 0, .equal, 0, to: out)
    text.set(8, 0)
    text.readSwitches(note.offsets, ofTaskIn: 7, into: Slot.switches, scratch: Slot.scratch)
    // Another wait than the one that was sampled.
    text.load(2, at: 8, 0)
    text.jump(if: 1, .unequal, register: 2, to: out)
    text.load(1, at: 8, 8)
    text.store(1, at: 10, Slot.left)
    text.readHalf(of: 7, note.offsets.process, into: Slot.process)
    text.set(1, map: note.map)
    text.set(2, 10)
    text.add(2, value: Int32(Slot.thread))
    text.call(.remove)
    text.set(1, 6)
    text.set(2, map: events)
    // BPF_F_CURRENT_CPU.
    text.set(3, value: -1)
    text.shiftRight(3, 32)
    text.set(4, 10)
    text.add(4, value: Int32(Slot.thread))
    text.set(5, value: Int32(WokenThread.size))
    text.call(.eventOutput)
    text.place(out)
    text.set(0, value: 0)
    text.exit()
    return text
  }
}

extension ProgramText {
  /// Reads four bytes of the kernel's memory.
  fileprivate mutating func readHalf(of base: Register, _ offset: Int32, into slot: Int16) {
    set(1, 10)
    add(1, value: Int32(slot))
    set(2, value: 4)
    set(3, base)
    add(3, value: offset)
    call(.readKernel)
  }
}
