import BinaryReading

/// Receives the rows that call frame instructions produce, in order.
protocol CallFrameRowSink {
  /// The state holds from `location`, in bytes from the function's start, to the next row.
  mutating func append(_ state: borrowing FrameState, from location: UInt64)
}

/// Executes call frame instructions (DWARF 5, section 6.4.2).
///
/// One machine is used over and over, so that its stack is allocated once.
struct CallFrameMachine: Sendable {
  /// The rules at the current location.
  var state = FrameState()
  /// The rules at the function's start, which DW_CFA_restore goes back to.
  private(set) var initial = FrameState()
  private var remembered: [FrameState] = []

  /// How many states DW_CFA_remember_state may stack up.
  static let stackLimit = 32

  /// What instructions need to know of their surroundings.
  struct Context {
    var codeAlignment: UInt64
    var dataAlignment: Int64
    var pointerEncoding: PointerEncoding
    /// Stated address and length of the function.
    var start: UInt64
    var length: UInt64
    var conventions: FrameConventions
    /// Whether these are the instructions of a CIE.
    var isInitial: Bool
  }

  /// Executes a CIE's instructions and leaves their result in `state`; false where one of them is not understood.
  mutating func runInitial(
    cie: CommonInformationEntry, instructions: Range<Int>, section: FrameSection,
    conventions: FrameConventions
  ) -> Bool {
    state = FrameState()
    let context = Context(
      codeAlignment: cie.codeAlignment, dataAlignment: cie.dataAlignment, pointerEncoding: cie.pointerEncoding,
      start: 0, length: 0, conventions: conventions, isInitial: true)
    var ignored = NoRows()
    return execute(instructions, of: section, context: context, into: &ignored) == nil
  }

  /// Executes a function's instructions. Where one of them is not understood, its location is returned: nothing is
  /// known from there on.
  mutating func run(
    _ fde: FrameDescriptionEntry, cie: CommonInformationEntry, start: UInt64,
    section: FrameSection, conventions: FrameConventions, into sink: inout some CallFrameRowSink
  ) -> UInt64? {
    state = cie.initial
    initial = cie.initial
    let context = Context(
      codeAlignment: cie.codeAlignment, dataAlignment: cie.dataAlignment, pointerEncoding: cie.pointerEncoding,
      start: start, length: fde.length, conventions: conventions, isInitial: false)
    return execute(fde.instructions, of: section, context: context, into: &sink)
  }

  private struct NoRows: CallFrameRowSink {
    mutating func append(_ state: borrowing FrameState, from location: UInt64) {}
  }

  private mutating func execute(
    _ instructions: Range<Int>, of section: FrameSection, context: Context,
    into sink: inout some CallFrameRowSink
  ) -> UInt64? {
    remembered.removeAll(keepingCapacity: true)
    guard let bytes = try? section.bytes.rawSpan.slice(at: 0, count: instructions.upperBound) else { return 0 }
    var cursor = ByteCursor(bytes)
    guard (try? cursor.seek(to: instructions.lowerBound)) != nil else { return 0 }
    var location: UInt64 = 0
    // Every turn consumes at least one byte.
    while !cursor.isAtEnd {
      guard let step = try? step(&cursor, context: context, bases: section.bases) else {
        return location
      }
      let next: UInt64
      switch step {
      case .stay: continue
      case .unknown: return location
      case .advance(let delta):
        let (bytes, overflow) = delta.multipliedReportingOverflow(by: context.codeAlignment)
        let (sum, overflowed) = location.addingReportingOverflow(bytes)
        next = overflow || overflowed ? .max : sum
      case .set(let address):
        guard address >= context.start, address - context.start >= location else { return location }
        next = address - context.start
      }
      if context.isInitial { return location }
      if next > location { sink.append(state, from: location) }
      location = next
      if location >= context.length { return nil }
    }
    sink.append(state, from: location)
    return nil
  }

  /// What an instruction does to the current location.
  enum Step {
    case stay
    /// Moves on by a count of code alignment units.
    case advance(UInt64)
    /// Goes to a stated address.
    case set(UInt64)
    /// The instruction has no known meaning here.
    case unknown
  }

  /// Makes the current state the one to come back to; false when there are too many.
  mutating func remember() -> Bool {
    guard remembered.count < Self.stackLimit else { return false }
    remembered.append(state)
    return true
  }

  /// Goes back to the state remembered last; false when there is none.
  mutating func restoreRemembered() -> Bool {
    guard let last = remembered.popLast() else { return false }
    state = last
    return true
  }
}
