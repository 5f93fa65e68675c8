/// What the code at one place says of the way to its caller.
struct CodeFacts {
  /// Ways out that were found by following the code from there, the nearest first.
  var returns: [CallerRule] = []
  /// Jumps that may be calls of other functions in this one's place.
  var tails: [CallerRule] = []
  /// Whether the code takes the register for frame pointers for one.
  var usesFramePointer = false
  /// The code's first bytes, where it may change.
  var fingerprint: CodeBytes?
  /// When the code was last looked at.
  var epoch: UInt32 = 0
}

extension CodeFacts {
  /// The way out, if it is one that leads over no call and counts from the pointers: nothing can speak against it.
  func certain(_ conventions: CodeConventions) -> CallerRule? {
    guard returns.count == 1, !returns[0].isBehindCall, !returns[0].isUnbalanced,
      returns[0].countsFromPointers(conventions)
    else { return nil }
    return returns[0]
  }
}

/// Whether a call can have led to a place.
enum CallFit {
  /// The function that is called can't reach it.
  case refuted
  /// Nobody knows.
  case possible
  /// The function that is called reaches it; how much is pushed there is known where there is a rule.
  case reached(CallerRule?)
}

/// What is before a return address, and behind it.
struct CodePlace {
  /// The instruction that ends there.
  enum Preceding: Equatable {
    /// No call.
    case other
    /// A call by register or memory.
    case indirectCall
    /// A call of the function at an address, and whether the bytes may be a call by register or memory as well.
    case call(UInt64, isAmbiguous: Bool)
  }

  /// The instruction that ends there.
  var preceding: Preceding
  /// What the code from there on was recognized as.
  var kind: KnownCode.Kind
  /// Whether the code from there on takes the stack pointer from the frame pointer, so that it may be jumped to without
  /// a call.
  var restoresStack: Bool
  /// When the code was last looked at.
  var epoch: UInt32
}

/// What was found out about a process's code.
struct CodeMemory {
  /// A call's target and a place in code.
  struct Pair: Hashable {
    var target: UInt64
    var place: CodeAddress
  }

  /// By place.
  var facts: [CodeAddress: CodeFacts] = [:]
  /// By address.
  var places: [UInt64: CodePlace] = [:]
  /// By call and place.
  var fits: [Pair: CallFit] = [:]
  /// By table: how the code that it leads to gets back.
  var tables: [UInt64: CallerRule?] = [:]

  /// More addresses than any program has hot; what is found again costs a walk.
  static let limit = 1 << 16

  /// Forgets everything.
  mutating func removeAll() { self = CodeMemory() }

  /// Forgets what would be too much.
  mutating func bound() {
    if facts.count > Self.limit { facts.removeAll() }
    if places.count > Self.limit { places.removeAll() }
    if fits.count > Self.limit { fits.removeAll() }
    if tables.count > Self.limit { tables.removeAll() }
  }
}
