/// Why it isn't known, or not for sure, who awaited an async function.
public enum AsyncGap: Hashable, Sendable {
  /// Nothing was copied of its task at the sample.
  case notCopied
  /// What is shown was read later than the sample, and may be of another time.
  case readLate
  /// Neither registers nor the frame hold a context of the task.
  case noContext
  /// There are more callers than were copied.
  case tooMany
  /// A context leads to what is none of its task.
  case brokenChain
  /// A context's function is no code.
  case callerInNoCode
  /// The task that waits for this one, as it seemed, ran on.
  case parentRan
  /// A reason that another version names.
  case other(String)

  /// The text in outputs, as in `[async: REASON]`.
  public var description: String {
    switch self {
    case .notCopied: "callers not shown"
    case .readLate: "callers read late"
    case .noContext: "context not found"
    case .tooMany: "more callers than copied"
    case .brokenChain: "chain broken"
    case .callerInNoCode: "caller in no code"
    case .parentRan: "parent ran meanwhile"
    case .other(let text): text
    }
  }

  /// All that this version knows.
  public static var known: [AsyncGap] {
    [.notCopied, .readLate, .noContext, .tooMany, .brokenChain, .callerInNoCode, .parentRan]
  }

  /// The reason of a text.
  public init(_ text: String) { self = Self.known.first { $0.description == text } ?? .other(text) }
}
