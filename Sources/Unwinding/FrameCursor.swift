import ProfileModel

/// The frame that a walk has reached.
struct FrameCursor {
  /// Its registers, as far as the callees saved them.
  let registers: RegisterFile
  /// Whether the program counter points behind a call.
  private(set) var isReturnAddress: Bool
  /// Numbers of the registers that matter.
  let (pcNumber, spNumber, fpNumber): (UInt8, UInt8, UInt8)
  /// A word of the stack has two to this power bytes.
  let wordShift: UInt64

  init(leaf: UserRegisters, known: KnownRegisters, in registers: RegisterFile, architecture: Architecture) {
    registers.load(leaf, known: known)
    self.registers = registers
    isReturnAddress = false
    pcNumber = UInt8(UserRegisters.programCounter(architecture))
    spNumber = UInt8(UserRegisters.stackPointer(architecture))
    fpNumber = UInt8(UserRegisters.framePointer(architecture))
    wordShift = UInt64(architecture.wordSize.trailingZeroBitCount)
  }

  /// Program counter.
  @inline(__always)
  var pc: UInt64 { registers[pcNumber] }

  /// The place in code that the frame is at.
  @inline(__always)
  var place: CodeAddress {
    get { isReturnAddress ? .returnAddress(pc) : .programCounter(pc) }
    set {
      registers[pcNumber] = newValue.address
      isReturnAddress = newValue.isReturnAddress
    }
  }

  /// Stack pointer.
  @inline(__always)
  var sp: UInt64 {
    get { registers[spNumber] }
    nonmutating set { registers[spNumber] = newValue }
  }

  /// Frame pointer.
  @inline(__always)
  var fp: UInt64 {
    get { registers[fpNumber] }
    nonmutating set { registers[fpNumber] = newValue }
  }

  /// The address to look up rules by.
  @inline(__always)
  var lookupAddress: UInt64 { place.lookupAddress }
}

/// How a step to the caller ended.
enum StepOutcome {
  /// The cursor is at the caller.
  case stepped
  /// The stack ends here.
  case ended(StackEnd)
}
