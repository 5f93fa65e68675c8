import Processes
import ProfileModel

extension PtraceSampler {
  /// Observes every thread: the running ones are asked to stop, the others observed as they stand.
  mutating func observeThreads(handler: inout some SamplingHandler & ~Copyable) {
    for position in 0..<threads.count where threads[position: position].interruptedAt == nil {
      guard let (turns, place) = threads.place(of: position) else { continue }
      switch place {
      case .running: threads.ask(position, Self.interruptIfRunning)
      case .blocked(let pointer, let counter):
        observe(position, turns: turns, stackPointer: pointer, programCounter: counter, handler: &handler)
      }
    }
  }

  /// Observes a blocked thread without stopping it: a stop would make epoll_wait, recv, semop and others end early.
  ///
  ///     turns ─► place ─► stack ─► turns: the same, so the thread has stood all the time between
  ///
  /// The kernel tells the stack pointer and the program counter only; the other registers are unknown until the walk
  /// finds where a function saved them.
  private mutating func observe(
    _ position: Int, turns: UInt64, stackPointer: UInt64, programCounter: UInt64,
    handler: inout some SamplingHandler & ~Copyable
  ) {
    let thread = threads[position: position]
    // A 32-bit task's stack lies below 4 GB, and is not walked; without a stack there is no program to observe.
    guard stackPointer > UInt64(UInt32.max) else { return }
    buffer.read(stackOf: thread.tid, from: stackPointer, in: pages(of: thread))
    guard threads.hasStood(position, since: turns) else { return }
    let time = MachineClock.monotonic
    tellOfNewMappings(of: thread.pid, for: programCounter, time: time, handler: &handler)
    var registers = UserRegisters()
    registers[UserRegisters.stackPointer(.host)] = stackPointer
    registers[UserRegisters.programCounter(.host)] = programCounter
    handler.sample(
      RawSample(
        time: time, pid: thread.pid, tid: thread.tid, period: period, registers: registers,
        knownRegisters: .pointersOnly(.host), stack: buffer.bytes, kernelChain: Span()))
  }
}
