/// The instructions of a program that runs in the kernel (BPF) as they are written down, in the encoding of RFC 9669.
///
///     ┌ operation ┬ to ┬ from ┬ offset ┬ value ┐
///     │     8     │ 4  │  4   │   16   │  32   │ bits, the lowest first
///     └───────────┴────┴──────┴────────┴───────┘
package struct ProgramText {
  /// A register: r0 has results, r1 to r5 are arguments and lost by calls, r10 is the end of 512 bytes of stack, which
  /// lie below it.
  package typealias Register = UInt64

  /// A place to jump to.
  package struct Label { fileprivate var index: Int }

  private(set) var words: [UInt64] = []
  private var places: [Int?] = []
  private var jumps: [(from: Int, to: Label)] = []
  private var functionUses: [(from: Int, to: Label)] = []

  /// A program of no instructions.
  package init() {}

  private mutating func emit(
    _ code: UInt64, to: Register = 0, from: Register = 0, offset: Int16 = 0, _ value: Int32 = 0
  ) {
    words.append(
      code | to << 8 | from << 12 | UInt64(UInt16(bitPattern: offset)) << 16
        | UInt64(UInt32(bitPattern: value)) << 32)
  }

  /// `to = from`.
  package mutating func set(_ to: Register, _ from: Register) { emit(0xBF, to: to, from: from) }
  /// `to = value`.
  package mutating func set(_ to: Register, value: Int32) { emit(0xB7, to: to, value) }
  /// `to += from`.
  package mutating func add(_ to: Register, _ from: Register) { emit(0x0F, to: to, from: from) }
  /// `to += value`.
  package mutating func add(_ to: Register, value: Int32) { emit(0x07, to: to, value) }
  /// `to -= from`.
  package mutating func subtract(_ to: Register, _ from: Register) { emit(0x1F, to: to, from: from) }
  /// `to <<= bits`.
  package mutating func shiftLeft(_ to: Register, _ bits: Int32) { emit(0x67, to: to, bits) }
  /// `to >>= bits`, unsigned.
  package mutating func shiftRight(_ to: Register, _ bits: Int32) { emit(0x77, to: to, bits) }
  /// `to &= value`.
  package mutating func and(_ to: Register, value: Int32) { emit(0x57, to: to, value) }
  /// `to = *(base + offset)`, eight bytes.
  package mutating func load(_ to: Register, at base: Register, _ offset: Int16) {
    emit(0x79, to: to, from: base, offset: offset)
  }
  /// `*(base + offset) = from`, eight bytes.
  package mutating func store(_ from: Register, at base: Register, _ offset: Int16) {
    emit(0x7B, to: base, from: from, offset: offset)
  }
  /// Stores the lower half.
  package mutating func storeHalf(_ from: Register, at base: Register, _ offset: Int16) {
    emit(0x63, to: base, from: from, offset: offset)
  }
  /// `*base += from`, eight bytes.
  package mutating func addAtomically(_ from: Register, at base: Register) { emit(0xDB, to: base, from: from) }
  /// Calls a function of the kernel.
  package mutating func call(_ helper: Helper) { emit(0x85, helper.rawValue) }
  /// Ends the program; its result is r0.
  package mutating func exit() { emit(0x95) }

  /// Sets a register to a map, or to where the value of an array's first entry lies.
  package mutating func set(_ to: Register, map: Int32) {
    emit(0x18, to: to, from: 1, map)
    emit(0)
  }
  /// `to` = the address of an array's first value.
  package mutating func set(_ to: Register, valueOf map: Int32) {
    emit(0x18, to: to, from: 2, map)
    emit(0)
  }

  /// `to` = a function of this program, for a helper that calls it; needs `functionTypes(_:)`.
  package mutating func set(_ to: Register, function: Label) {
    functionUses.append((words.count, function))
    emit(0x18, to: to, from: 4)
    emit(0)
  }

  /// Conditions of jumps; numbers are taken as unsigned.
  package enum Condition: UInt64 {
    case equal = 0x15, unequal = 0x55, less = 0xA5, notLess = 0x35, notGreater = 0xB5
  }
  /// Goes on at a label where a number in a register is so.
  package mutating func jump(if register: Register, _ condition: Condition, _ value: Int32, to label: Label) {
    jumps.append((words.count, label))
    emit(condition.rawValue, to: register, value)
  }
  /// Goes on at a label where a number in a register is so, compared with another.
  package mutating func jump(if register: Register, _ condition: Condition, register other: Register, to label: Label) {
    jumps.append((words.count, label))
    emit(condition.rawValue | 0x08, to: register, from: other)
  }
  /// Goes on at a label.
  package mutating func jump(to label: Label) {
    jumps.append((words.count, label))
    emit(0x05)
  }

  /// A label that is yet to be placed.
  package mutating func makeLabel() -> Label {
    places.append(nil)
    return Label(index: places.count - 1)
  }
  /// Places a label here.
  package mutating func place(_ label: Label) { places[label.index] = words.count }

  /// The instructions with all jumps filled in.
  package func linked() -> [UInt64] {
    var words = words
    for (from, label) in jumps {
      guard let target = places[label.index] else { continue }
      words[from] |= UInt64(UInt16(bitPattern: Int16(target - from - 1))) << 16
    }
    for (from, label) in functionUses {
      guard let target = places[label.index] else { continue }
      words[from] |= UInt64(UInt32(bitPattern: Int32(target - from - 1))) << 32
    }
    return words
  }

  /// Where functions begin, the program itself among them, in rising order; each is of the type `FunctionTypes.function`.
  package var functionStarts: [UInt32] {
    [0] + Set(functionUses.compactMap { places[$0.to.index] }).sorted().map { UInt32($0) }
  }

  /// Functions of the kernel (bpf-helpers(7)).
  package enum Helper: Int32 {
    case lookUp = 1
    case update = 2
    case remove = 3
    case time = 5
    case processor = 8
    case processAndThread = 14
    case eventOutput = 25
    case currentTaskAddress = 35
    case readUser = 112
    case readKernel = 113
    case ringOutput = 130
    case ringQuery = 134
    case currentTask = 158
    case snprintf = 165
    case userRegisters = 175
    case loop = 181
  }
}
