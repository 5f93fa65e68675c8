/// What a frame stands for that is no place in a module. Its name is made where it is shown.
public enum FrameMarker: Hashable, Sendable {
  /// The frames missing at the root, for this reason.
  case truncated(TruncationReason)
  /// So many frames left out in the middle.
  case elided(count: Int)
  /// Code at an address where nothing was mapped, as after a call through a wild pointer.
  case unmapped
  /// Code of a process of whose mappings nothing could be learned.
  case unknownCode
  /// The executor that runs a Swift task; the task's name, where it has one.
  case task(name: String?)
  /// The main actor's executor.
  case mainActor
  /// The same where the callers of an async function are not known, or not for sure, for this reason.
  case asyncGap(AsyncGap)
  /// What a thread that does not run waits for: the end of its stack.
  case waiting(WaitReason)
  /// Who ended the wait that the frame before tells of; frames that follow are that thread's, of that moment.
  case woken(Waker)
  /// What another version wrote.
  case other(String)

  /// The frame's name: `[truncated: REASON]`, `[3 frames elided]`, `[unmapped]`, `[unknown]`, `[Swift task]`,
  /// `[Swift task: NAME]`, `[main actor]`, `[async: REASON]`, `[waits: pipe]`, `[woken by NAME]`.
  public var name: String {
    switch self {
    case .truncated(let reason): "[truncated: \(reason.description)]"
    case .elided(let count): "[\(count) frames elided]"
    case .unmapped: "[unmapped]"
    case .unknownCode: "[unknown]"
    case .task(nil): "[Swift task]"
    case .task(let name?): "[Swift task: \(name)]"
    case .mainActor: "[main actor]"
    case .asyncGap(let gap): "[async: \(gap.description)]"
    case .waiting(let reason): reason.frameName
    case .woken(let waker): waker.frameName
    case .other(let name): name
    }
  }

  /// The marker of a name, as recordings held before there were markers.
  public init(name: String) {
    let inner = name.dropFirst().dropLast()
    if name == "[unmapped]" {
      self = .unmapped
    } else if name == "[unknown]" {
      self = .unknownCode
    } else if name == "[Swift task]" {
      self = .task(name: nil)
    } else if name == "[main actor]" {
      self = .mainActor
    } else if name.hasPrefix("[Swift task: "), name.hasSuffix("]") {
      self = .task(name: String(inner.dropFirst("Swift task: ".count)))
    } else if name.hasPrefix("[async: "), name.hasSuffix("]") {
      self = .asyncGap(AsyncGap(String(inner.dropFirst("async: ".count))))
    } else if name.hasPrefix("[truncated: "), name.hasSuffix("]") {
      self = .truncated(TruncationReason(String(inner.dropFirst("truncated: ".count))))
    } else if name.hasPrefix("["), name.hasSuffix(" frames elided]"),
      let count = Int(inner.dropLast(" frames elided".count)), count >= 0
    {
      self = .elided(count: count)
    } else if let reason = WaitReason.allCases.first(where: { $0.frameName == name }) {
      self = .waiting(reason)
    } else if let waker = Waker(frameName: name) {
      self = .woken(waker)
    } else {
      self = .other(name)
    }
  }

  /// What kind of frame stands for it.
  public var kind: FrameKind {
    switch self {
    case .truncated: .truncated
    case .elided: .elided
    case .unmapped, .unknownCode: .user
    case .task, .mainActor: .task
    case .asyncGap: .asyncGap
    case .waiting, .woken: .kernel
    case .other(let name): name.hasPrefix("[truncated") ? .truncated : .elided
    }
  }

  /// The function of the frame that stands for it.
  public var function: Function {
    switch self {
    case .unmapped: .unmapped
    case .unknownCode: .unknownCode
    case .truncated, .elided, .task, .mainActor, .asyncGap, .waiting, .woken, .other: Function(name: name)
    }
  }
}
