import Searching

/// A part of an async function, from its beginning or an await on, and what its instructions tell of whose context is where.
///
///     push %rbp                 a part that goes on after an await begins like this: with the context
///     push %r14                 of the function that it has awaited in r14, and pushed
///     lea 0x8(%rsp), %rbp
///     …
///     mov (%r14), %rcx          its own is the other's parent,
///     mov %rcx, -0x8(%rbp)      and takes the other's place
struct AsyncPart {
  /// Where it lies.
  let range: Range<UInt64>
  /// When what lies where was last looked at.
  let generation: UInt32
  private let code: [UInt8]
  /// The addresses that it names relative to itself, sorted.
  private let references: [UInt64]
  /// Where its own context has been stored.
  private let store: UInt64
  /// Whether it jumps to its own beginning, as a function does that awaits itself.
  let jumpsToItself: Bool

  /// Bytes of code that are looked at.
  static let codeLimit: UInt64 = 1 << 14
  /// Parts that are kept.
  static let limit = 1 << 12
  /// Bytes in which the store is looked for.
  private static let prologueLimit = 64
  /// Bytes between the last write to the register and the jump.
  private static let jumpDistance = 48

  init(range: Range<UInt64>, code: [UInt8], generation: UInt32) {
    self.range = range
    self.code = code
    self.generation = generation
    store = range.lowerBound &+ UInt64(Self.store(in: code))
    jumpsToItself = (0..<max(0, code.count - 4)).contains { index in
      code[index] == 0xE9 && Self.offset(at: index + 1, in: code) == UInt64(bitPattern: Int64(-(index + 5)))
    }
    references = Self.references(of: code, at: range.lowerBound)
  }

  /// Whether a leaf has not yet come to where the function stores its context.
  func isBeforeStore(_ frame: AsyncFrame) -> Bool {
    guard case .programCounter(let address) = frame.place else { return false }
    return address < store
  }

  /// Bytes up to behind the instruction that stores a register at -8(%rbp), or at what has become that in a register.
  private static func store(in code: [UInt8]) -> Int {
    let end = min(code.count, prologueLimit)
    for index in 0..<max(0, end - 4) {
      // mov %reg, -8(%rbp)
      if code[index] & 0xFB == 0x48, code[index + 1] == 0x89, code[index + 2] & 0xC7 == 0x45, code[index + 3] == 0xF8 {
        return index + 4
      }
      // sub $8, %reg; mov %other, (%reg)
      if code[index] == 0x48, code[index + 1] == 0x83, code[index + 2] & 0xF8 == 0xE8, code[index + 3] == 8,
        index + 6 < end, code[index + 4] & 0xFB == 0x48, code[index + 5] == 0x89,
        code[index + 6] & 0xC7 == code[index + 2] & 7
      {
        return index + 7
      }
    }
    return 0
  }

  /// Whether its code names an address relative to itself.
  func refers(to address: UInt64) -> Bool {
    let index = references.partitionPoint { $0 >= address }
    return index < references.count && references[index] == address
  }

  /// The targets of `lea disp(%rip), %reg` in code that lies at an address, sorted.
  private static func references(of code: [UInt8], at start: UInt64) -> [UInt64] {
    guard code.count >= 7 else { return [] }
    var targets: [UInt64] = []
    for index in 3...code.count - 4 where code[index - 2] == 0x8D {
      guard code[index - 3] & 0xFB == 0x48, code[index - 1] & 0xC7 == 5 else { continue }
      targets.append(start &+ UInt64(index + 4) &+ offset(at: index, in: code))
    }
    return targets.sorted()
  }

  private static func offset(at index: Int, in code: [UInt8]) -> UInt64 {
    let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(code[index + $1]) << UInt32(8 * $1) }
    return UInt64(bitPattern: Int64(Int32(bitPattern: bits)))
  }

  /// Whether a leaf has just loaded the register that has the context from another one.
  func hasJustLoadedContext(_ frame: AsyncFrame) -> Bool {
    guard case .programCounter(let address) = frame.place else { return false }
    let place = Int(clamping: address &- range.lowerBound)
    guard place >= 3, place <= code.count else { return false }
    for index in max(0, place - Self.jumpDistance)...place - 3 {
      // mov %reg, %r14
      if code[index] & 0xFB == 0x49, code[index + 1] == 0x89, code[index + 2] & 0xC7 == 0xC6 { return true }
    }
    return false
  }
}
