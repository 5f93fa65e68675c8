import ProfileModel

/// The frame that a walk has reached.
struct FrameCursor {
  /// Its registers, as far as the callees saved them.
  var registers: UserRegisters
  /// Whether the program counter points behind a call.
  var isReturnAddress: Bool
  /// Numbers of the registers that matter.
  let (pcNumber, spNumber, fpNumber): (Int, Int, Int)

  init(leaf registers: UserRegisters, architecture: Architecture) {
    self.registers = registers
    isReturnAddress = false
    pcNumber = UserRegisters.programCounter(architecture)
    spNumber = UserRegisters.stackPointer(architecture)
    fpNumber = UserRegisters.framePointer(architecture)
  }

  /// Program counter.
  var pc: UInt64 {
    get { registers[pcNumber] }
    set { registers[pcNumber] = newValue }
  }

  /// Stack pointer.
  var sp: UInt64 {
    get { registers[spNumber] }
    set { registers[spNumber] = newValue }
  }

  /// Frame pointer.
  var fp: UInt64 {
    get { registers[fpNumber] }
    set { registers[fpNumber] = newValue }
  }

  /// The address to look up rules by.
  var lookupAddress: UInt64 { isReturnAddress ? pc &- 1 : pc }
}

/// How a step to the caller ended.
enum StepOutcome {
  /// The cursor is at the caller.
  case stepped
  /// The stack ends here.
  case ended(StackEnd)
}
