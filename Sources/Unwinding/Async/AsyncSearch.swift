import ProfileModel

/// The search for the async function of a stack, while that is walked: the frame that code has called which runs jobs.
struct AsyncSearch {
  /// Whether one may still come.
  private(set) var goesOn: Bool
  private let register: UInt8
  private var frame: AsyncFrame?

  /// A search in the stack at hand; over at once where there is nothing to be found.
  init(_ context: UnwindContext, _ architecture: Architecture) {
    let register = AsyncFrame.contextRegister(architecture)
    self.register = register ?? 0
    guard register != nil, let runtime = context.space.concurrency else {
      goesOn = false
      return
    }
    // A thread that runs no task has none to copy.
    goesOn = context.memory.hasTask || context.memory.motion == .standingStill || context.time < runtime.copiedSince
  }

  /// The registers of a frame that it asks for; nil when it is over.
  @inline(__always)
  func registers(_ cursor: FrameCursor) -> AsyncFrame.Registers? {
    goesOn ? AsyncFrame.Registers(cursor, contextRegister: register) : nil
  }

  /// Notes a frame; the one before, once this one runs jobs.
  @inline(__always)
  fileprivate mutating func next(_ cursor: FrameCursor, runsJobs: Bool) -> AsyncFrame? {
    guard runsJobs else {
      frame = AsyncFrame(cursor, contextRegister: register)
      return nil
    }
    goesOn = false
    frame?.callerStackPointer = cursor.sp
    return frame
  }
}

extension Unwinder {
  /// Goes on with the search at the next frame; what was found is noted for the next walk.
  func search(
    _ async: inout AsyncSearch, at frame: FrameCursor, module: UInt32, into stack: inout UnwoundStack,
    noting walk: inout WalkMemory
  ) {
    guard let runtime = context.space.concurrency else { return }
    let runsJobs = module == runtime.module && runtime.runsJobs(at: frame.lookupAddress)
    guard let found = async.next(frame, runsJobs: runsJobs) else { return }
    walk.note(found)
    findAsyncCallers(of: found, at: stack.depth, runtime, into: &stack)
  }
}
