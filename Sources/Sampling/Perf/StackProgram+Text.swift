import KernelPrograms
import ProfileModel

extension StackProgram {
  /// The maps that the program uses.
  struct Maps {
    var bell: Int32
    var rings: Int32
    var scratch: Int32
    var threads: Int32
    var mode: Int32
    var failures: Int32
    /// Processes whose samples are dropped; nil for none.
    var dropped: Int32?
    /// Where threads are noted that leave their processors; nil for nowhere.
    var awaited: AwaitedNote?
    /// Processes whose Swift tasks are copied; nil for none. By process: `TaskSlot`, and where `task_struct` keeps the
    /// thread pointer.
    var tasks: Int32?
  }

  /// How a run of pages is copied.
  fileprivate struct PageCopying {
    var maps: Maps
    /// The function that copies one page; nil where it is done in a loop of jumps.
    var function: ProgramText.Label?
  }

  /// Offsets from the program's frame.
  enum Slot {
    static let stackPointer: Int16 = -8
    static let processAndThread: Int16 = -16
    static let processor: Int16 = -24
    static let end: Int16 = -32
    static let word: Int16 = -40
    static let stopsAtGap: Int16 = -56
    static let otherSlot: Int16 = -64
    static let otherKind: Int16 = -72
    static let framePointer: Int16 = -80
    static let followsFramePointer: Int16 = -88
    static let process: Int16 = -96
    static let ring: Int16 = -104
    static let record: Int16 = -112
    static let address: Int16 = -120
    static let time: Int16 = -128
    static let awaited: Int16 = -160
  }

  /// How pages are copied in turn.
  enum Looping: CaseIterable {
    /// By a function that the kernel calls (`bpf_loop`, Linux 5.17): its verifier looks at it once.
    case byHelper
    /// By jumps: the verifier walks through every round, some 20 ms in all.
    case byJumps
  }

  /// Where `struct pt_regs` keeps the stack pointer and the frame pointer.
  private static var registerOffsets: (stackPointer: Int16, framePointer: Int16) {
    switch Architecture.host {
    // A 32-bit task's registers are kept in the same places.
    case .x86_64, .i386: (152, 32)
    case .aarch64: (248, 232)
    }
  }

  /// Bytes of another stack that are copied, in pages.
  fileprivate static let otherPages: Int32 = 16
  /// Bytes behind the dump of a thread of which nothing is known.
  private static let shortReach: Int32 = 1 << 16
  /// `runtime.g.sched.sp` (`src/runtime/runtime2.go`).
  fileprivate static let goroutineStackPointer: Int32 = 56
  /// A stack's end that is farther away is another one's.
  private static let farthestEnd: Int32 = 1 << 30

  /// The program. Its registers: r7 the address, r9 a count.
  static func text(_ maps: Maps, dumpBytes: UInt32, ringCapacity: Int, looping: Looping) -> ProgramText {
    var text = ProgramText()
    let copying = PageCopying(maps: maps, function: looping == .byHelper ? text.makeLabel() : nil)
    let taskFunction = text.makeLabel()
    let frame: ProgramText.Register = 10
    let dump = Int32(clamping: dumpBytes)
    let (out, known, copy, other) = (text.makeLabel(), text.makeLabel(), text.makeLabel(), text.makeLabel())

    if let dropped = maps.dropped {
      let wanted = text.makeLabel()
      text.drop(processesIn: dropped, keyAt: Slot.process, orGoTo: wanted)
      text.place(wanted)
    }
    if let awaited = maps.awaited { text.noteAwaited(awaited, at: Slot.awaited) }
    text.call(.currentTask)
    text.set(1, 0)
    text.call(.userRegisters)
    text.load(7, at: 0, registerOffsets.stackPointer)
    text.load(1, at: 0, registerOffsets.framePointer)
    text.store(7, at: frame, Slot.stackPointer)
    text.store(1, at: frame, Slot.framePointer)
    text.call(.processAndThread)
    text.store(0, at: frame, Slot.processAndThread)
    text.call(.time)
    text.store(0, at: frame, Slot.time)
    if let tasks = maps.tasks, looping == .byHelper {
      text.copyTasks(tasks, maps, function: taskFunction, quarter: Int32(clamping: ringCapacity / 4))
      text.load(7, at: frame, Slot.stackPointer)
    }
    // The lower half is the thread.
    text.lookUp(maps.threads, keyAt: Slot.processAndThread)
    text.jump(if: 0, .unequal, 0, to: known)

    // Of this thread nothing is known.
    text.set(1, valueOf: maps.mode)
    text.load(9, at: 1, 0)
    text.jump(if: 9, .equal, 0, to: out)
    text.set(3, 7)
    text.add(3, value: dump)
    text.readWord(into: Slot.word)
    text.jump(if: 0, .unequal, 0, to: out)
    text.set(1, 7)
    text.add(1, value: dump + shortReach)
    text.store(1, at: frame, Slot.end)
    text.set(1, value: 0)
    text.store(1, at: frame, Slot.otherSlot)
    text.store(1, at: frame, Slot.otherKind)
    text.store(1, at: frame, Slot.followsFramePointer)
    text.set(1, value: 1)
    text.store(1, at: frame, Slot.stopsAtGap)
    text.jump(if: 9, .equal, Int32(Mode.copying.rawValue), to: copy)
    text.beQuiet(maps)
    text.ringBell(maps)
    text.jump(to: out)

    text.place(known)
    text.load(1, at: 0, 0)
    text.store(1, at: frame, Slot.end)
    text.load(1, at: 0, 8)
    text.store(1, at: frame, Slot.otherSlot)
    text.load(1, at: 0, 16)
    text.store(1, at: frame, Slot.otherKind)
    text.load(1, at: 0, 24)
    text.store(1, at: frame, Slot.followsFramePointer)
    text.set(1, value: 0)
    text.store(1, at: frame, Slot.stopsAtGap)

    text.place(copy)
    text.begin(maps, quarter: Int32(clamping: ringCapacity / 4), orGoTo: out)
    text.load(1, at: frame, Slot.end)
    text.subtract(1, 7)
    text.jump(if: 1, .notLess, farthestEnd, to: other)
    // A page that the dump holds the most of comes first: where a record is full the kernel shortens the dump.
    text.add(7, value: dump - 4_096)
    text.and(7, value: -4_096)
    text.copyPages(atMost: Int32(reach >> 12), copying)

    text.place(other)
    text.copyOtherStack(copying)
    text.followFramePointer(copying, orGoTo: out)

    text.place(out)
    text.set(0, value: 1)
    text.exit()
    if let function = copying.function { text.writeFunction(function, maps) }
    if maps.tasks != nil, looping == .byHelper { text.writeTaskFunction(taskFunction, maps) }
    return text
  }
}

extension ProgramText {
  private typealias Slot = StackProgram.Slot

  mutating func lookUp(_ map: Int32, keyAt slot: Int16) {
    set(1, map: map)
    set(2, 10)
    add(2, value: Int32(slot))
    call(.lookUp)
  }

  /// Reads the thread's word at the address in r3; r0 is 0 if that is there.
  mutating func readWord(into slot: Int16) {
    set(1, 10)
    add(1, value: Int32(slot))
    set(2, value: 8)
    call(.readUser)
  }

  /// The same of the kernel's memory.
  mutating func readKernelWord(into slot: Int16) {
    set(1, 10)
    add(1, value: Int32(slot))
    set(2, value: 8)
    call(.readKernel)
  }

  /// Does nothing with unknown threads from now on.
  fileprivate mutating func beQuiet(_ maps: StackProgram.Maps) {
    set(1, valueOf: maps.mode)
    set(2, value: 0)
    store(2, at: 1, 0)
  }

  /// Wakes the reader.
  fileprivate mutating func ringBell(_ maps: StackProgram.Maps) {
    set(1, map: maps.bell)
    set(2, 10)
    add(2, value: Int32(Slot.processAndThread))
    set(3, value: 8)
    set(4, value: 2)  // BPF_RB_FORCE_WAKEUP
    call(.ringOutput)
  }

  /// Finds this CPU's ring and record, and fills the record's head.
  mutating func begin(_ maps: StackProgram.Maps, quarter: Int32, orGoTo out: Label) {
    call(.processor)
    storeHalf(0, at: 10, Slot.processor)
    lookUp(maps.rings, keyAt: Slot.processor)
    jump(if: 0, .equal, 0, to: out)
    store(0, at: 10, Slot.ring)
    lookUp(maps.scratch, keyAt: Slot.processor)
    jump(if: 0, .equal, 0, to: out)
    store(0, at: 10, Slot.record)
    // The reader is woken when a quarter of the ring is full.
    load(1, at: 10, Slot.ring)
    set(2, value: 0)  // BPF_RB_AVAIL_DATA
    call(.ringQuery)
    let isRoomy = makeLabel()
    jump(if: 0, .less, quarter, to: isRoomy)
    ringBell(maps)
    place(isRoomy)
    load(2, at: 10, Slot.record)
    load(1, at: 10, Slot.stackPointer)
    store(1, at: 2, 0)
    load(1, at: 10, Slot.processAndThread)
    store(1, at: 2, 8)
    load(1, at: 10, Slot.time)
    store(1, at: 2, 16)
  }

  /// Copies pages from r7 on, up to the end.
  fileprivate mutating func copyPages(atMost count: Int32, _ copying: StackProgram.PageCopying) {
    store(7, at: 10, Slot.address)
    if let function = copying.function {
      set(1, value: count)
      set(2, function: function)
      set(3, 10)
      set(4, value: 0)
      return call(.loop)
    }
    let (loop, done) = (makeLabel(), makeLabel())
    set(9, value: 0)
    place(loop)
    copyPage(frame: 10, copying.maps, orGoTo: done)
    add(9, value: 1)
    jump(if: 9, .less, count, to: loop)
    place(done)
  }

  /// Writes the function that copies one page, with the frame of the program in r2. Its result is 1 if it was the last.
  fileprivate mutating func writeFunction(_ function: Label, _ maps: StackProgram.Maps) {
    let done = makeLabel()
    place(function)
    set(6, 2)
    copyPage(frame: 6, maps, orGoTo: done)
    set(0, value: 0)
    exit()
    place(done)
    set(0, value: 1)
    exit()
  }

  /// Copies the page at the address in the frame, unless that is the end, and moves the address on.
  private mutating func copyPage(frame: Register, _ maps: StackProgram.Maps, orGoTo done: Label) {
    let (gap, next) = (makeLabel(), makeLabel())
    load(7, at: frame, Slot.address)
    load(1, at: frame, Slot.end)
    jump(if: 7, .notLess, register: 1, to: done)
    load(8, at: frame, Slot.record)
    set(1, 8)
    add(1, value: 32)
    set(2, value: 4_096)
    set(3, 7)
    call(.readUser)
    jump(if: 0, .unequal, 0, to: gap)
    store(7, at: 8, 24)
    writeRecord(frame: frame, maps, orGoTo: done)
    jump(to: next)
    place(gap)
    load(1, at: frame, Slot.stopsAtGap)
    jump(if: 1, .unequal, 0, to: done)
    place(next)
    add(7, value: 4_096)
    store(7, at: frame, Slot.address)
  }

  /// Copies from the stack that the thread has left, if it is on another one.
  fileprivate mutating func copyOtherStack(_ copying: StackProgram.PageCopying) {
    let (isFound, isWide, out) = (makeLabel(), makeLabel(), makeLabel())
    load(1, at: 10, Slot.otherKind)
    jump(if: 1, .equal, 0, to: out)
    // The word that tells it lies on the stack at hand, or the thread is not there at the moment.
    load(1, at: 10, Slot.otherSlot)
    set(3, 1)
    load(2, at: 10, Slot.stackPointer)
    subtract(1, 2)
    jump(if: 1, .notLess, 1 << 16, to: out)
    readWord(into: Slot.word)
    jump(if: 0, .unequal, 0, to: out)
    load(7, at: 10, Slot.word)
    load(1, at: 10, Slot.otherKind)
    jump(if: 1, .unequal, Int32(StackProgram.Thread.Kind.savedNarrow.rawValue), to: isWide)
    shiftLeft(7, 32)
    shiftRight(7, 32)
    jump(to: isFound)
    place(isWide)
    jump(if: 1, .unequal, Int32(StackProgram.Thread.Kind.goroutine.rawValue), to: isFound)
    copyGoroutine(copying, orGoTo: out)
    place(isFound)
    copyStack(copying)
    place(out)
  }

  /// Copies from where the frame pointer points to, if that is another stack.
  fileprivate mutating func followFramePointer(_ copying: StackProgram.PageCopying, orGoTo out: Label) {
    load(1, at: 10, Slot.followsFramePointer)
    jump(if: 1, .equal, 0, to: out)
    load(7, at: 10, Slot.framePointer)
    set(1, 7)
    load(2, at: 10, Slot.stackPointer)
    subtract(1, 2)
    jump(if: 1, .less, 1 << 16, to: out)
    copyStack(copying)
  }

  /// Copies the stack whose pointer is in r7.
  private mutating func copyStack(_ copying: StackProgram.PageCopying) {
    // The return address may lie right below.
    add(7, value: -64)
    and(7, value: -4_096)
    set(1, 7)
    add(1, value: StackProgram.otherPages << 12)
    store(1, at: 10, Slot.end)
    set(1, value: 1)
    store(1, at: 10, Slot.stopsAtGap)
    copyPages(atMost: StackProgram.otherPages, copying)
  }

  /// Copies the goroutine in r7, whose stack's bounds are asked for, and sets r7 to its stack pointer.
  private mutating func copyGoroutine(_ copying: StackProgram.PageCopying, orGoTo out: Label) {
    set(3, 7)
    add(3, value: StackProgram.goroutineStackPointer)
    readWord(into: Slot.word)
    jump(if: 0, .unequal, 0, to: out)
    set(1, 7)
    add(1, value: StackProgram.goroutineStackPointer + 8)
    store(1, at: 10, Slot.end)
    and(7, value: -4_096)
    copyPages(atMost: 2, copying)
    load(7, at: 10, Slot.word)
  }

  /// Writes the record in r8 to the ring; counts it, and goes elsewhere, where there is no room.
  mutating func writeRecord(frame: Register, _ maps: StackProgram.Maps, orGoTo out: Label) {
    let isWritten = makeLabel()
    load(1, at: frame, Slot.ring)
    set(2, 8)
    set(3, value: Int32(StackProgram.recordSize))
    set(4, value: 1)  // BPF_RB_NO_WAKEUP
    call(.ringOutput)
    jump(if: 0, .equal, 0, to: isWritten)
    set(1, valueOf: maps.failures)
    set(2, value: 1)
    addAtomically(2, at: 1)
    jump(to: out)
    place(isWritten)
  }
}
