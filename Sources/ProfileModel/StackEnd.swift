/// How a walk up a stack ended.
public enum StackEnd: Hashable, Sendable {
  /// At the thread's first function.
  case rooted
  /// Before it, for this reason.
  case truncated(TruncationReason)
}

/// Why a stack has no root.
public enum TruncationReason: Hashable, Sendable {
  /// The stack went on past the dumped bytes, and what it held there is not known.
  case stackDumpTooShort
  /// A frame lies in a module without unwind information for it, and frame pointers did not help.
  case noUnwindInfo(module: String)
  /// A frame's unwind information contradicts itself or the format.
  case badUnwindInfo(module: String)
  /// Memory that a rule refers to could not be read.
  case memoryUnreadable
  /// The stack goes on in memory that is not in the sample, such as another stack, of a thread that has run on since.
  case memoryNotSampled
  /// The walk went on past the limit of frames.
  case depthLimit
  /// A return address lies where no code is mapped.
  case unmappedCode
  /// A frame pointer was followed that can't be one.
  case implausibleFramePointer
  /// A frame lies in generated code that does not tell where its caller is, and nothing proves what may be one.
  case callerNotProven
  /// The stack pointer did not move on.
  case noProgress
  /// The kernel gave no user registers (a thread that is exiting).
  case noUserRegisters
  /// The thread was blocked and not stopped, and a register is needed that the kernel does not tell of such a thread.
  case registerUnknown
  /// A 32-bit program of a processor whose 32-bit stacks can't be unwound.
  case narrowProgram
  /// A reason that another version, or another program's file, names.
  case other(String)

  /// The text in outputs, as in `[truncated: REASON]`.
  public var description: String {
    switch self {
    case .stackDumpTooShort: "stack dump too short"
    case .noUnwindInfo(let module): "no unwind info in \(module)"
    case .badUnwindInfo(let module): "bad unwind info in \(module)"
    case .memoryUnreadable: "memory unreadable"
    case .memoryNotSampled: "memory not in the sample"
    case .depthLimit: "depth limit"
    case .unmappedCode: "code not mapped"
    case .implausibleFramePointer: "implausible frame pointer"
    case .callerNotProven: "caller not proven"
    case .noProgress: "no progress"
    case .noUserRegisters: "no user registers"
    case .registerUnknown: "register of a blocked thread unknown"
    case .narrowProgram: "32-bit program"
    case .other(let text): text
    }
  }

  /// The reason of a text; `other` for one that is none of this version's.
  public init(_ text: String) {
    let known: [TruncationReason] = [
      .stackDumpTooShort, .memoryUnreadable, .memoryNotSampled, .depthLimit, .unmappedCode, .implausibleFramePointer,
      .callerNotProven, .noProgress, .noUserRegisters, .registerUnknown, .narrowProgram,
    ]
    if let reason = known.first(where: { $0.description == text }) {
      self = reason
    } else if text.hasPrefix("no unwind info in ") {
      self = .noUnwindInfo(module: String(text.dropFirst("no unwind info in ".count)))
    } else if text.hasPrefix("bad unwind info in ") {
      self = .badUnwindInfo(module: String(text.dropFirst("bad unwind info in ".count)))
    } else {
      self = .other(text)
    }
  }
}
