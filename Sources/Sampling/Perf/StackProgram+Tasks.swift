import KernelPrograms
import ProfileModel

/// The part of the program that copies the Swift task which the thread runs, and those that wait for it: `TaskPage`.
///
/// A task's async contexts, in which its functions keep what they need after an await and who awaits them, lie in memory
/// that is given out like a stack and linked from the newest to the oldest (`StackAllocator` in Swift's runtime). Freed
/// memory is given out again at once: what it holds later proves nothing. So all that is allocated is read here, a few
/// words of each.
extension ProgramText {
  private typealias Slot = StackProgram.Slot

  /// Offsets from a record of what is kept from one round of the loop to the next. Not on the stack: what is loaded from
  /// there is the same number each time to the kernel's verifier, which then walks through every round.
  private enum State {
    static let task = Int16(StackProgram.recordSize)
    static let allocation = task + 8
    static let used = task + 16
    static let level = task + 24
    static let allocatorOffset = task + 32
    static let taskSize = task + 40
  }

  /// Offsets in a record.
  private enum Part {
    static let tag: Int16 = 24
    static let count: Int16 = 32
    static let first = count + 8
    static let resumeContext = count + Int16(TaskPage.resumeContextOffset)
    static let recheck = count + Int16(TaskPage.recheckOffset)
    static let task = count + Int16(TaskPage.taskOffset)
    static let allocations = count + Int16(TaskPage.allocationsOffset)
  }

  /// Rounds: tasks and allocations that are read for a sample at most.
  private static let rounds: Int32 = 1_024
  /// Offsets in a task that are believed; rounded, for the verifier.
  private static let offsetMask: Int32 = 0x3F8
  /// `JobFlags::Task_IsChildTask` (`swift/ABI/MetadataValues.h`), and where a job has its flags.
  private static let childFlag: Int32 = 1 << 24
  private static let flagsOffset: Int16 = 32
  /// Bytes of a page for allocations.
  private static let room = Int32(TaskPage.size - TaskPage.allocationsOffset)

  /// Copies the task that the thread runs, if its process is one that is known to have tasks.
  mutating func copyTasks(
    _ tasks: Int32, _ maps: StackProgram.Maps, function: Label, quarter: Int32
  ) {
    let (out, isAtFixedDistance) = (makeLabel(), makeLabel())
    // The upper half is the process.
    lookUp(tasks, keyAt: Slot.processAndThread + 4)
    jump(if: 0, .equal, 0, to: out)
    set(9, 0)
    call(.currentTaskAddress)
    set(3, 0)
    load(1, at: 9, 32)
    add(3, 1)
    readKernelWord(into: Slot.word)
    jump(if: 0, .unequal, 0, to: out)
    load(7, at: 10, Slot.word)
    load(1, at: 9, 0)
    jump(if: 1, .equal, 0, to: isAtFixedDistance)
    // The thread's list of modules (`dtv`) is the second word of its control block; an entry has two words.
    set(3, 7)
    add(3, value: 8)
    readWord(into: Slot.word)
    jump(if: 0, .unequal, 0, to: out)
    load(3, at: 10, Slot.word)
    load(1, at: 9, 0)
    shiftLeft(1, 4)
    add(3, 1)
    readWord(into: Slot.word)
    jump(if: 0, .unequal, 0, to: out)
    load(7, at: 10, Slot.word)
    place(isAtFixedDistance)
    load(1, at: 9, 8)
    add(7, 1)
    set(3, 7)
    readWord(into: Slot.word)
    jump(if: 0, .unequal, 0, to: out)
    load(7, at: 10, Slot.word)
    jump(if: 7, .equal, 0, to: out)

    begin(maps, quarter: quarter, orGoTo: out)
    load(8, at: 10, Slot.record)
    store(7, at: 8, State.task)
    load(1, at: 9, 16)
    store(1, at: 8, State.allocatorOffset)
    load(1, at: 9, 24)
    store(1, at: 8, State.taskSize)
    set(1, value: 0)
    store(1, at: 8, State.allocation)
    store(1, at: 8, State.level)
    set(1, value: Self.rounds)
    set(2, function: function)
    set(3, 10)
    set(4, value: 0)
    call(.loop)
    // The rounds were too few.
    load(8, at: 10, Slot.record)
    load(1, at: 8, State.allocation)
    jump(if: 1, .equal, 0, to: out)
    writeRecord(frame: 10, maps, orGoTo: out)
    place(out)
  }

  /// Writes the function that takes one round, with the frame of the program in r2: it begins a task, or copies an
  /// allocation. Its result is 1 if there is no more to do.
  mutating func writeTaskFunction(_ function: Label, _ maps: StackProgram.Maps) {
    let (goesOn, finish, hasRoom) = (makeLabel(), makeLabel(), makeLabel())
    let (broken, next, done) = (makeLabel(), makeLabel(), makeLabel())
    place(function)
    set(6, 2)
    load(8, at: 6, Slot.record)
    load(7, at: 8, State.allocation)
    jump(if: 7, .unequal, 0, to: goesOn)

    // A task: its bytes, and where its last allocation lies.
    load(3, at: 8, State.task)
    jump(if: 3, .equal, 0, to: done)
    set(1, 8)
    add(1, value: Int32(Part.task))
    set(2, value: Int32(TaskPage.taskBytes))
    call(.readUser)
    jump(if: 0, .unequal, 0, to: done)
    load(1, at: 8, State.task)
    load(2, at: 8, State.level)
    add(1, 2)
    add(1, value: 1)
    store(1, at: 8, Part.tag)
    loadTaskWord(7, at: State.allocatorOffset)
    store(7, at: 8, State.allocation)
    beginPage()
    jump(if: 7, .unequal, 0, to: next)
    jump(to: finish)

    // An allocation.
    place(goesOn)
    load(9, at: 8, State.used)
    jump(if: 9, .less, Self.room - Int32(TaskPage.allocationSize) + 1, to: hasRoom)
    writeRecord(frame: 6, maps, orGoTo: broken)
    beginPage()
    set(9, value: 0)
    place(hasRoom)
    set(1, 8)
    add(1, 9)
    add(1, value: Int32(Part.allocations))
    set(2, value: Int32(TaskPage.allocationSize))
    set(3, 7)
    call(.readUser)
    jump(if: 0, .unequal, 0, to: broken)
    set(1, 8)
    add(1, 9)
    load(7, at: 1, Part.allocations)
    store(7, at: 8, State.allocation)
    add(9, value: Int32(TaskPage.allocationSize))
    store(9, at: 8, State.used)
    load(1, at: 8, Part.count)
    add(1, value: 1)
    store(1, at: 8, Part.count)
    jump(if: 7, .unequal, 0, to: next)

    // The end of a task: what tells whether it ran meanwhile, and its parent.
    place(finish)
    load(3, at: 8, State.task)
    load(1, at: 8, State.allocatorOffset)
    add(3, 1)
    add(3, value: -16)
    set(1, 8)
    add(1, value: Int32(Part.recheck))
    set(2, value: 32)
    call(.readUser)
    set(1, 8)
    add(1, value: Int32(Part.resumeContext))
    set(2, value: 16)
    load(3, at: 8, Part.task + Int16(TaskPage.resumeContextField))
    call(.readUser)
    writeRecord(frame: 6, maps, orGoTo: broken)
    load(1, at: 8, Part.task + Self.flagsOffset)
    and(1, value: Self.childFlag)
    jump(if: 1, .equal, 0, to: broken)
    loadTaskWord(1, at: State.taskSize)
    store(1, at: 8, State.task)
    load(1, at: 8, State.level)
    add(1, value: 1)
    store(1, at: 8, State.level)
    jump(if: 1, .less, Int32(TaskPage.levels), to: next)
    place(broken)
    set(1, value: 0)
    store(1, at: 8, State.allocation)
    place(done)
    set(0, value: 1)
    exit()
    place(next)
    set(0, value: 0)
    exit()
  }

  /// Begins a page whose first allocation is in r7.
  private mutating func beginPage() {
    store(7, at: 8, Part.first)
    set(1, value: 0)
    store(1, at: 8, Part.count)
    store(1, at: 8, State.used)
  }

  /// Loads the word of the copied task at an offset that the state has.
  private mutating func loadTaskWord(_ to: Register, at offset: Int16) {
    load(1, at: 8, offset)
    and(1, value: Self.offsetMask)
    set(2, 8)
    add(2, 1)
    load(to, at: 2, Part.task)
  }
}
