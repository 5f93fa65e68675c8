/// Builds a profile row by row; equal modules, functions and frames get the same handle.
public struct ProfileBuilder: Sendable {
  /// What was built so far.
  public var profile = Profile()
  private var modules = InternedRows()
  private var functions = InternedRows()
  private var frames = InternedRows()

  /// An empty profile to build on.
  public init() {}

  /// The handle of `module`, added when new.
  public mutating func intern(_ module: Module) -> ModuleID {
    ModuleID(index: modules.intern(module, in: &profile.modules))
  }

  /// The handle of `function`, added when new.
  public mutating func intern(_ function: Function) -> FunctionID {
    FunctionID(index: functions.intern(function, in: &profile.functions))
  }

  /// The handle of `frame`, added when new.
  public mutating func intern(_ frame: Frame) -> FrameID {
    FrameID(index: frames.intern(frame, in: &profile.frames))
  }

  /// The stack of `frame` called from `parent`.
  public mutating func intern(parent: StackID?, frame: FrameID) -> StackID {
    profile.stacks.intern(parent: parent, frame: frame.rawValue)
  }

  /// The stack of these frames, root first; nil for none.
  public mutating func intern(stack frames: some Sequence<FrameID>) -> StackID? {
    var stack: StackID?
    for frame in frames { stack = intern(parent: stack, frame: frame) }
    return stack
  }

  /// Adds a process; not deduplicated.
  public mutating func add(_ process: ProcessRecord) -> ProcessID {
    profile.processes.append(process)
    return ProcessID(index: profile.processes.count - 1)
  }

  /// Adds a thread; not deduplicated.
  public mutating func add(_ thread: ThreadRecord) -> ThreadID {
    profile.threads.append(thread)
    return ThreadID(index: profile.threads.count - 1)
  }
}
