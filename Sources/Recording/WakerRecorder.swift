import ProfileModel

/// What a recording keeps of who woke threads.
struct WakerRecorder {
  /// For how long threads were blocked that were woken so, in nanoseconds.
  private var byThreads: UInt64 = 0
  private var byInterrupts: UInt64 = 0
  private var byUnknown: UInt64 = 0
  private var open: UInt64 = 0
  /// Stacks that end in an interrupt.
  private var interrupted: Set<StackID> = []
  /// Names of threads that no record tells of.
  private var names: [Int32: (name: String, time: UInt64)] = [:]
  /// Stacks of threads that waited, with those of their wakers.
  private var joined: [Join: StackID] = [:]

  /// A stack of a thread that waited, and what is to be put on it.
  struct Join: Hashable {
    var wait: StackID
    var marker: UInt32
    var waker: StackID?
  }

  /// Past this many stacks and names all are forgotten.
  private static let mostKnown = 65_536
  /// How old a name may be that was asked for, in nanoseconds.
  private static let longestAge: UInt64 = 1_000_000_000

  /// What of the time that threads were blocked ended how.
  var times: ProfileNote.WakerTimes {
    ProfileNote.WakerTimes(
      threads: Double(byThreads) / 1e9, interrupts: Double(byInterrupts) / 1e9, unknown: Double(byUnknown) / 1e9,
      open: Double(open) / 1e9)
  }

  /// Counts time that a thread was blocked.
  mutating func count(_ share: WaitAccount.Share) {
    switch share.woken {
    case let stack? where interrupted.contains(stack): byInterrupts &+= share.nanoseconds
    case _?: byThreads &+= share.nanoseconds
    case nil where share.isOpen: open &+= share.nanoseconds
    case nil: byUnknown &+= share.nanoseconds
    }
  }

  /// The name of a thread that no record tells of, asked for now and then.
  mutating func name(of tid: Int32, time: UInt64, _ ask: () -> String?) -> String {
    if let known = names[tid], time &- min(time, known.time) < Self.longestAge { return known.name }
    let name = ask() ?? "thread \(tid)"
    if names.count >= Self.mostKnown { names.removeAll() }
    names[tid] = (name, time)
    return name
  }

  /// The stack that these make, where it was made before.
  func joined(_ join: Join) -> StackID? { joined[join] }

  /// Keeps the stack that these make.
  mutating func keep(_ stack: StackID, for join: Join, of waker: Waker) {
    if joined.count >= Self.mostKnown { joined.removeAll() }
    joined[join] = stack
    if case .interrupt = waker { interrupted.insert(stack) }
  }

  /// Forgets all stacks.
  mutating func forgetStacks() { (joined, interrupted) = ([:], []) }
}
