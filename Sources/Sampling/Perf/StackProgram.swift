import CLinuxPerf
import Glibc
import KernelPrograms
import ProfileModel

/// A BPF program that runs in the kernel at each sample, before it is written, and copies what the sample's dump does not
/// hold: the stack behind it, or another stack.
///
///     sp              dump's end                      end of the stack
///     ├───── dump ─────────┤                               │
///                      ├──page──┼──page──┼ absent ┼──page──┤   into the ring of this CPU
///
/// It runs at the sampled instruction, so that the pages are as they were then. It never faults: a page that is not
/// there, as one of a large frame that nobody has written, is left out. Up to 1 MiB is copied, and only of threads of
/// which it is known to be needed, or which may need it when others did. Needs `CAP_BPF` and `CAP_PERFMON`, a kernel
/// since 5.15 and its type information.
struct StackProgram: ~Copyable {
  /// What the program does with a thread that it has not been told of.
  enum Mode: UInt64 {
    /// Nothing.
    case quiet = 0
    /// Rings the bell if there is memory where the dump ends, and is quiet then.
    case ringing = 1
    /// Copies up to 64 KiB of the stack behind the dump.
    case copying = 2
  }

  /// What it does with one that it has been told of.
  struct Thread: Hashable {
    /// Where the stack ends that is copied behind the dump; 0 for none.
    var end: UInt64 = 0
    /// Where another stack's pointer is found, and how; see `Kind`.
    var slot: UInt64 = 0
    var kind: Kind = .none
    /// Whether another stack may lie where the frame pointer points to.
    var followsFramePointer = false

    /// How `slot` tells of another stack.
    enum Kind: UInt64 {
      case none = 0, saved = 1, goroutine = 2, savedNarrow = 3
    }
  }

  /// The program, to be attached to events.
  let descriptor: Int32
  private let rings: Int32
  private let threads: Int32
  /// By process: where its threads keep their tasks; -1 where that isn't known of the architecture.
  private let tasks: Int32
  private let mode: Int32
  private let failures: Int32
  private var owned = DescriptorSet()
  /// Whether the program can copy Swift tasks.
  private(set) var copiesTasks = false

  /// Bytes of a page with what stands before it in a ring; see `PageRing`.
  static let recordSize = 32 + 4_096
  /// Bytes of what the program keeps in between, behind a record.
  static let stateSize = 64
  /// Processes whose tasks are copied at once.
  static let processLimit: UInt32 = 16_384
  /// Bytes copied behind the dump, at most.
  static let reach = 1 << 20
  /// Threads that can be known at once; the kernel forgets those that were not sampled for longest.
  static let threadLimit: UInt32 = 16_384

  /// Nil where the kernel does not allow it. `bell` is a ring, to which eight bytes are written when it is rung.
  /// The first way of looping that the kernel takes is used.
  init?(
    dumpBytes: UInt32, cpus: [Int32], bell: Int32, ringCapacity: Int, dropped: Int32? = nil,
    awaited: AwaitedNote? = nil, loopings: [Looping] = Looping.allCases
  ) {
    let count = UInt32(clamping: (cpus.max() ?? 0) + 1)
    rings = clp_bpf_create_map(clp_bpf_array_of_maps, 4, 4, count, bell)
    let scratch = clp_bpf_create_map(clp_bpf_array, 4, UInt32(Self.recordSize + Self.stateSize), count, 0)
    threads = clp_bpf_create_map(clp_bpf_lru_hash, 4, 32, Self.threadLimit, 0)
    mode = clp_bpf_create_value(8, 0)
    failures = clp_bpf_create_value(8, 0)
    tasks = KernelTypes.areKnown ? clp_bpf_create_map(clp_bpf_hash, 4, 40, Self.processLimit, 0) : -1
    let maps = [rings, scratch, threads, mode, failures]
    var program: Int32 = -1
    if maps.allSatisfy({ $0 >= 0 }) {
      var maps = Maps(
        bell: bell, rings: rings, scratch: scratch, threads: threads, mode: mode, failures: failures, dropped: dropped)
      maps.tasks = tasks >= 0 ? tasks : nil
      maps.awaited = awaited
      for looping in loopings where program < 0 {
        program = Self.load(Self.text(maps, dumpBytes: dumpBytes, ringCapacity: ringCapacity, looping: looping))
        copiesTasks = program >= 0 && maps.tasks != nil && looping == .byHelper
        guard program < 0, maps.tasks != nil else { continue }
        // A kernel that has no such types.
        let tasks = maps.tasks
        maps.tasks = nil
        program = Self.load(Self.text(maps, dumpBytes: dumpBytes, ringCapacity: ringCapacity, looping: looping))
        maps.tasks = tasks
      }
    }
    descriptor = program
    for descriptor in maps + [program, tasks] where descriptor >= 0 { owned.insert(descriptor) }
    guard program >= 0 else { return nil }
  }

  /// Has the kernel verify and translate a program; negative where it refuses.
  private static func load(_ text: ProgramText) -> Int32 {
    let (words, starts, types) = (text.linked(), text.functionStarts, FunctionTypes.encoded)
    let functions = starts.count > 1 ? starts.flatMap { [$0, FunctionTypes.function] } : []
    // SAFETY: the kernel reads the instructions, the types and the pairs of numbers during the call.
    return unsafe clp_bpf_load_for_samples(
      words, UInt32(words.count), types, UInt32(types.count), functions, UInt32(functions.count / 2), "Dual MIT/GPL")
  }

  /// Says what is done with threads that `tell` has not named.
  func set(_ mode: Mode) {
    var value = mode.rawValue
    // SAFETY: the kernel reads the eight bytes of `value` during the call.
    _ = unsafe clp_bpf_store(self.mode, &value)
  }

  /// Whether nothing is done with threads that `tell` has not named, as after the first bell.
  var isQuiet: Bool {
    var value: UInt64 = 0
    // SAFETY: the map's value has eight bytes.
    return unsafe clp_bpf_fetch(mode, &value) == 0 && value == Mode.quiet.rawValue
  }

  /// Says what is done with a thread.
  func tell(_ thread: Thread, of tid: Int32) {
    var key = tid
    var value = (thread.end, thread.slot, thread.kind.rawValue, UInt64(thread.followsFramePointer ? 1 : 0))
    // SAFETY: the kernel reads the 4 and 32 bytes during the call.
    _ = unsafe clp_bpf_put(threads, &key, &value)
  }

  /// Says where a process's threads keep their tasks, or, with nil, that they are not to be copied; false where the kernel
  /// does not tell where its threads are.
  func tell(_ slot: TaskSlot?, of pid: Int32) -> Bool {
    var key = pid
    guard let slot else {
      // SAFETY: the kernel reads four bytes during the call.
      _ = unsafe clp_bpf_remove(tasks, &key)
      return true
    }
    // Read when the first process needs it: the kernel's types are megabytes.
    guard let threadPointer = KernelTypes.threadPointerOffset else { return false }
    var value = (slot.module, slot.offset, slot.allocatorOffset, slot.taskSize, threadPointer)
    // SAFETY: the kernel reads the 4 and 40 bytes during the call.
    return unsafe clp_bpf_put(tasks, &key, &value) == 0
  }

  /// Has a CPU's pages written to a ring, a BPF map.
  func use(_ ring: Int32, forCPU cpu: Int32) -> Bool {
    var (key, value) = (cpu, ring)
    // SAFETY: the kernel reads four bytes each during the call.
    return unsafe clp_bpf_put(rings, &key, &value) == 0
  }

  /// How many stacks could not be copied as a whole, for lack of room in a ring.
  var failureCount: UInt64 {
    var value: UInt64 = 0
    // SAFETY: the map's value has eight bytes.
    return unsafe clp_bpf_fetch(failures, &value) == 0 ? value : 0
  }
}
