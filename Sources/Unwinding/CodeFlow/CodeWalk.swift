import ProfileModel

/// Follows code as a processor would, on all ways that branches open, without running it.
///
/// What a function will do until it returns says where its return address is: every push has its pop, every frame its
/// end. This holds for code by any compiler and by hand, needs no symbols, and nothing must be known of how the
/// processor got there. Not seen is where code goes on by pointers, and that a callee never returns.
struct CodeWalk {
  /// The ways out that were found, the nearest first; no two have the same slot.
  private(set) var returns: [CallerRule] = []
  /// Jumps by pointers that may be calls of other functions in this one's place.
  private(set) var tails: [CallerRule] = []
  /// Whether everything that can be reached was seen.
  private(set) var isComplete = true
  /// What holds at the place that was looked for; nil if it was not met.
  private(set) var found: FlowState?
  /// Whether the code takes the register for frame pointers, as it is where the walk began, for one.
  private(set) var usesFramePointer = false
  /// Whether the code saves or replaces it: the frame pointer is the caller's.
  private(set) var replacesFramePointer = false
  /// Whether a place was met with different stack pointers, as where arguments are pushed in a loop, or where what lies
  /// behind a call that doesn't return is not this function's.
  private(set) var isUnbalanced = false

  /// Where the code goes on, and with what.
  private struct Way {
    var address: UInt64
    var state: FlowState
    /// Whether the way leads there by a jump that is none of a loop: what is met there may be another function's, or
    /// code that many share, and it says nothing if the stack pointer is another there.
    var isFarOrAhead = false
  }

  private let context: UnwindContext
  /// The stack pointer at each address that was met, and whether that was before the place was that is looked for.
  private var seen: [UInt64: (stackPointer: FlowValue, isBeforeGoal: Bool)] = [:]
  private var pending: [Way] = []
  /// Ways that go on behind one more call than those in `pending`.
  private var pendingBehindCalls: [Way] = []
  /// How many calls were passed on the ways at hand.
  private var passedCalls = 0
  private var budget: Int
  private let goal: CodeAddress?
  private let startsAtLeaf: Bool
  private let seesAll: Bool

  /// Walks from addresses on, until `goal` is met or everything was seen.
  ///
  /// - Parameters:
  ///   - goal: A place to look for; nil to look for ways out.
  ///   - startsAtLeaf: Whether the walk begins where the processor is, and not behind a call.
  ///   - seesAll: Whether the walk goes on although ways out were found.
  ///   - limit: Instructions.
  init(
    from starts: [UInt64], goal: CodeAddress? = nil, startsAtLeaf: Bool = false,
    seesAll: Bool = false, limit: Int, in context: UnwindContext
  ) {
    self.startsAtLeaf = startsAtLeaf
    self.seesAll = seesAll
    passedCalls = startsAtLeaf ? 0 : 1
    self.context = context
    self.goal = goal
    budget = limit
    pending = starts.map { Way(address: $0, state: FlowState()) }
    repeat {
      var next = 0
      while next < pending.count, budget > 0 {
        follow(pending[next])
        next += 1
      }
      if next < pending.count { isComplete = false }
      // Code that gets back without a call does what it says; what lies behind calls may be another function's.
      if goal == nil, passedCalls == 0, !returns.isEmpty, !seesAll { break }
      passedCalls += 1
      (pending, pendingBehindCalls) = (pendingBehindCalls, [])
    } while !pending.isEmpty
    if !pendingBehindCalls.isEmpty { isComplete = false }
    if isUnbalanced {
      for index in returns.indices where !returns[index].isCopied { returns[index].isUnbalanced = true }
    }
  }

  /// Follows one way to its end, and notes those that branch off.
  private mutating func follow(_ way: Way) {
    var (address, state, isFarOrAhead) = (way.address, way.state, way.isFarOrAhead)
    while budget > 0 {
      if goal == .programCounter(address) { note(found: state) }
      if let known = seen[address] {
        if known.stackPointer != state[context.pointers.sp], known.isBeforeGoal, !isFarOrAhead { isUnbalanced = true }
        return
      }
      seen[address] = (state[context.pointers.sp], found == nil)
      budget -= 1
      guard let step = context.execute(at: address, in: &state) else {
        isComplete = false
        return
      }
      if step.usesFramePointer { usesFramePointer = true }
      if step.replacesFramePointer { replacesFramePointer = true }
      switch step.direction {
      case .next: address = step.next
      case .jump(let target):
        isFarOrAhead = Self.isFarOrAhead(target, from: address)
        address = target
        continue
      case .branch(let target):
        pending.append(
          Way(address: target, state: state, isFarOrAhead: Self.isFarOrAhead(target, from: address)))
        address = step.next
      case .call:
        if goal == .returnAddress(step.next) { note(found: state) }
        fallthrough
      case .systemCall:
        // Whoever was called does not return if something else begins behind the call.
        if !context.isEndOfFunction(step.next) { pendingBehindCalls.append(Way(address: step.next, state: state)) }
        return
      case .callOfNext:
        if goal == .returnAddress(step.next) {
          var popped = state
          popped[context.pointers.sp] = state[context.pointers.sp].adding(8)
          note(found: popped)
        }
        address = step.next
      case .jumpThrough(let place):
        guard let target = context.pointer(at: place) else { return noteTail(state) }
        address = target
        isFarOrAhead = true
        continue
      case .jumpByTable(let table):
        return noteJump(byTable: table, state)
      case .jumpTo(let value):
        return noteJump(to: value, state)
      case .returning(let slot, let stackPointer):
        return noteReturn(slot: slot, stackPointer: stackPointer, state)
      case .stop: return
      }
      isFarOrAhead = false
    }
    isComplete = false
  }

  private static func isFarOrAhead(_ target: UInt64, from address: UInt64) -> Bool {
    address &- target > 4_096
  }

  private mutating func note(found state: FlowState) {
    guard found == nil else { return }
    found = state
    // Far enough to see whether the way back here moves the stack.
    budget = min(budget, Self.lookAhead)
  }

  /// An interpreter goes on with the next instruction of its program; how it returns in the end is known of the table.
  private mutating func noteJump(byTable place: FlowValue, _ state: FlowState) {
    let table: UInt64? =
      switch place {
      case .constant(let address): address
      // Known while the registers are those of the place where the walk began.
      case .register(let base, let offset) where startsAtLeaf:
        context.registers[base] &+ UInt64(bitPattern: Int64(offset))
      default: nil
      }
    guard let table, let rule = context.rule(byTable: table), case .register(let fp, let offset) = rule.slot else {
      return noteTail(state)
    }
    isComplete = false
    var changed = state
    for index in 0..<6 {
      let number = context.conventions.preserved[index]
      if case .memory(fp, let inner, outer: 0) = rule.registers[index] {
        changed[number] = state.load(state[fp].adding(Int64(inner)))
      }
    }
    var stackPointer = FlowValue.unknown
    if case .memory(fp, let inner, let outer) = rule.stackPointer {
      stackPointer = state.load(state[fp].adding(Int64(inner))).adding(Int64(outer))
    }
    noteReturn(slot: state[fp].adding(Int64(offset)), stackPointer: stackPointer, changed)
  }

  private mutating func noteReturn(slot: FlowValue, stackPointer: FlowValue, _ state: FlowState) {
    // Where something was stored on the way, that is where the code goes on: it may be the return address again.
    switch slot == .unknown ? state.pushed : state.stored(at: slot) {
    case nil: add(CallerRule(slot: slot, stackPointer: stackPointer, state, context), to: \.returns)
    case .memory(let base, let inner, outer: 0):
      let origin = FlowValue.register(base, inner)
      var rule = CallerRule(slot: origin, stackPointer: origin.adding(8), state, context)
      rule.isCopied = true
      add(rule, to: \.returns)
    default: isComplete = false
    }
  }

  /// A jump to a word that lay where a return address does, right below the stack pointer or in the frame record, is a
  /// return.
  private mutating func noteJump(to value: FlowValue, _ state: FlowState) {
    let (sp, fp) = context.pointers
    guard case .memory(let base, let inner, outer: 0) = value else { return noteTail(state) }
    let slot = FlowValue.register(base, inner)
    let isPopped = state[sp] == slot.adding(8)
    let isFromRecord = base == fp && inner == 8 && state[fp] == .memory(fp, inner: 0, outer: 0)
    guard isPopped || isFromRecord else { return noteTail(state) }
    add(CallerRule(slot: slot, stackPointer: state[sp], state, context), to: \.returns)
  }

  private mutating func noteTail(_ state: FlowState) {
    isComplete = false
    let slot = state[context.pointers.sp]
    add(CallerRule(slot: slot, stackPointer: slot.adding(8), state, context), to: \.tails)
  }

  private mutating func add(_ rule: CallerRule, to list: WritableKeyPath<CodeWalk, [CallerRule]>) {
    guard rule.slot != .unknown, self[keyPath: list].count < Self.ruleLimit,
      !self[keyPath: list].contains(where: { $0.slot == rule.slot })
    else { return }
    // A way out without a call says all that can be said; a jump by a pointer may be none.
    if goal == nil, !seesAll { budget = min(budget, passedCalls == 0 && list == \.returns ? 0 : Self.lookAhead) }
    var rule = rule
    rule.isBehindCall = passedCalls > 0
    self[keyPath: list].append(rule)
  }

  /// Instructions that are looked at behind the place that was looked for, or when a way out was found.
  private static let lookAhead = 300
  /// Ways out that differ; code that has more is not what it seems to be.
  private static let ruleLimit = 4
}
