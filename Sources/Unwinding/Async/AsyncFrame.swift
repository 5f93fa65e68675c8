import ProfileModel

/// A frame that may be an async function's: what of its registers tells its context.
struct AsyncFrame {
  /// Where it is.
  var place: CodeAddress
  /// Its stack pointer.
  var sp: UInt64
  /// Its frame pointer.
  var fp: UInt64
  /// The register that async functions have their context in when they begin: r14 on x86-64, x22 on AArch64.
  var context: UInt64
  /// Whether that and the frame pointer are known.
  var knowsContext: Bool
  /// Other registers that calls preserve: rbx, r12, r13 and r15 on x86-64.
  var others: InlineArray<4, UInt64>
  /// Its caller's stack pointer, once the walk has got there.
  var callerStackPointer: UInt64 = 0

  /// What a search for an async function asks of a frame's registers beside what the walk depends on.
  struct Registers: Equatable {
    var context, first, second, third, fourth: UInt64

    @inline(__always)
    init(_ cursor: FrameCursor, contextRegister: UInt8) {
      context = cursor.registers[contextRegister]
      (first, second) = (cursor.registers[3], cursor.registers[12])
      (third, fourth) = (cursor.registers[13], cursor.registers[15])
    }
  }

  /// What a walk has reached.
  @inline(__always)
  init(_ cursor: FrameCursor, contextRegister: UInt8) {
    place = cursor.place
    sp = cursor.sp
    fp = cursor.fp
    let registers = Registers(cursor, contextRegister: contextRegister)
    context = registers.context
    others = [registers.first, registers.second, registers.third, registers.fourth]
    knowsContext = cursor.registers.knows(contextRegister) && cursor.registers.knows(cursor.fpNumber)
  }

  /// The word below the frame record, where a function that makes one keeps its context; nil where it has made none.
  func savedContext(in memory: TargetMemory) -> UInt64? {
    guard knowsContext, fp == callerStackPointer &- 16, fp >= sp else { return nil }
    return memory.word(at: fp &- 8)
  }

  /// The DWARF number of the context's register.
  static func contextRegister(_ architecture: Architecture) -> UInt8? {
    switch architecture {
    case .x86_64: 14
    case .aarch64: 22
    case .i386: nil
    }
  }
}
