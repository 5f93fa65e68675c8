/// What a register or a word of the stack holds, told by what registers held where a walk through code began.
enum FlowValue: Hashable {
  /// Anything.
  case unknown
  /// What a register held, and an offset.
  case register(UInt8, Int32)
  /// The word in memory at what a register held and `inner`, and an offset.
  case memory(UInt8, inner: Int32, outer: Int32)
  /// An address that the code names.
  case constant(UInt64)

  /// The value and a number.
  func adding(_ number: Int64) -> FlowValue {
    switch self {
    case .unknown: return .unknown
    case .constant(let value): return .constant(value &+ UInt64(bitPattern: number))
    case .register(let base, let offset):
      return Int32(exactly: Int64(offset) + number).map { .register(base, $0) } ?? .unknown
    case .memory(let base, let inner, let outer):
      return Int32(exactly: Int64(outer) + number).map { .memory(base, inner: inner, outer: $0) } ?? .unknown
    }
  }

  /// The word at the address that this value is, where nothing was stored there.
  var loaded: FlowValue {
    guard case .register(let base, let offset) = self else { return .unknown }
    return .memory(base, inner: offset, outer: 0)
  }

  /// The register whose value this counts from.
  var base: UInt8? {
    switch self {
    case .unknown, .constant: nil
    case .register(let base, _), .memory(let base, _, _): base
    }
  }
}

/// What registers and stored words hold at a place in code that a walk has reached.
struct FlowState {
  /// By DWARF number.
  private var registers = InlineArray<32, FlowValue>(repeating: .unknown)
  /// What was pushed last while nobody knew where.
  private(set) var pushed: FlowValue?
  /// Words that were stored on the way.
  private var slots: [(address: FlowValue, value: FlowValue)] = []

  /// Words that are kept; what is stored beyond these is forgotten, and so are the words that it may have been.
  private static let slotLimit = 48

  /// Where a walk begins: every register holds what it holds.
  init() {
    for number in 0..<32 { registers[number] = .register(UInt8(number), 0) }
  }

  /// A register.
  subscript(number: UInt8) -> FlowValue {
    get { number < 32 ? registers[Int(number)] : .unknown }
    set {
      if number < 32 { registers[Int(number)] = newValue }
      pushed = nil
    }
  }

  /// What was stored at an address on the way; nil for nothing.
  func stored(at address: FlowValue) -> FlowValue? {
    slots.last { $0.address == address }?.value
  }

  /// The address at which a value was stored on the way, counted from `base`.
  func address(ofStored value: FlowValue, from base: UInt8) -> Int32? {
    for slot in slots.reversed() where slot.value == value {
      if case .register(base, let offset) = slot.address { return offset }
    }
    return nil
  }

  /// The word at an address.
  func load(_ address: FlowValue) -> FlowValue {
    address == .unknown ? .unknown : stored(at: address) ?? address.loaded
  }

  /// Notes a push, after which nothing was popped.
  mutating func note(pushed value: FlowValue?) { pushed = value }

  /// Stores a word.
  mutating func store(_ value: FlowValue, at address: FlowValue) {
    guard address != .unknown else { return }
    if let index = slots.firstIndex(where: { $0.address == address }) {
      slots[index].value = value
    } else if slots.count < Self.slotLimit {
      slots.append((address, value))
    } else {
      slots.removeFirst()
      slots.append((address, value))
    }
  }
}

/// Where code goes on after an instruction.
enum FlowDirection: Equatable {
  /// Behind it.
  case next
  /// Elsewhere.
  case jump(UInt64)
  /// Behind it or elsewhere.
  case branch(UInt64)
  /// Behind it when a function has returned.
  case call
  /// Behind it, with that address pushed: a way to learn it, or the call of a function that happens to lie there.
  case callOfNext
  /// Behind it unless the kernel ends the program.
  case systemCall
  /// Where a value says.
  case jumpTo(FlowValue)
  /// Where a word in memory says.
  case jumpThrough(UInt64)
  /// Where one of the words of a table says.
  case jumpByTable(FlowValue)
  /// To the address at the value, after which the stack pointer is the other one.
  case returning(slot: FlowValue, stackPointer: FlowValue)
  /// Nowhere, or nobody knows.
  case stop
}
