extension GoFunctionTable {
  /// What is to be done at an address of x86-64 code.
  package enum Place: Hashable, Sendable {
    /// The table has no function here.
    case outside
    /// An ordinary frame: the return address lies this far above the stack pointer, and the caller's frame pointer right
    /// below it if that was saved.
    case frame(size: Int32, savesFramePointer: Bool)
    /// The first function of its stack.
    case outermost
    /// The function with this entry may have left its goroutine's stack to call the vDSO; its frame record is on it.
    case callOfVDSO(entry: UInt64)
    /// The function with this entry may have left its goroutine's stack to call C.
    case callOfC(entry: UInt64)
    /// C has called back, and the goroutine's stack goes on above a frame of this size, with the address of
    /// `systemstack_switch` where a return address would be.
    case callback(frameSize: Int32)
  }

  /// The place of a stated lookup address in x86-64 code.
  ///
  /// - Parameter code: Reads bytes of the program at a stated address; nil where there are none.
  package func placeX86_64(at address: UInt64, code: (_ address: UInt64, _ count: Int) -> [UInt8]?) -> Place {
    guard let function = function(containing: address) else { return .outside }
    let role = GoRole(functionNamed: function.name)
    switch role {
    case .beginsStack: return .outermost
    case .switchesForGood where hasSwitched(at: address, in: function, code: code): return .outermost
    case .switchesForC where hasSwitched(at: address, in: function, code: code):
      return .callOfC(entry: function.range.lowerBound)
    default: break
    }
    guard let depth = stackDepth(at: address, in: function), depth >= 0, depth <= Int64(Int32.max) - 8 else {
      return .outside
    }
    let size = Int32(depth)
    if role == .returnsToGoroutine, hasSwitched(at: address, in: function, code: code) {
      return .callback(frameSize: size + 8)
    }
    let saves = depth > 0 ? frameRecord(of: function, code: code) : nil
    if role == .switchesForVDSO, let saves, address >= saves.end {
      return .callOfVDSO(entry: function.range.lowerBound)
    }
    return .frame(size: size, savesFramePointer: saves.map { address >= $0.stored } ?? false)
  }

  /// Whether the stack pointer has been loaded from a register or from the runtime's books, and not yet back.
  ///
  ///     mov %reg, %rsp            mov 0x38(%reg), %rsp        (`gobuf.sp` of `g.sched`)
  private func hasSwitched(
    at address: UInt64, in function: Function, code read: (UInt64, Int) -> [UInt8]?
  ) -> Bool {
    let start = function.range.lowerBound
    guard let code = read(start, min(256, Int(function.range.upperBound - start))), code.count > 4 else { return false }
    var switches: [UInt64] = []
    for index in 0..<code.count - 3 {
      let isMove = code[index] == 0x48 && code[index + 1] == 0x89 && code[index + 2] & 0xC7 == 0xC4
      let isLoad = code[index] & 0xFE == 0x48 && code[index + 1] == 0x8B && code[index + 2] & 0xF8 == 0x60
      if isMove { switches.append(start + UInt64(index) + 3) }
      if isLoad, code[index + 3] == 0x38 { switches.append(start + UInt64(index) + 4) }
    }
    guard let first = switches.first, address >= first else { return false }
    return switches.count < 2 || address < switches[1] || function.name.contains("asmcgocall")
  }

  /// Where a function's prologue has saved the frame pointer and where it has set its own; nil where it does neither.
  ///
  ///     sub $N, %rsp; mov %rbp, N-8(%rsp); lea N-8(%rsp), %rbp      until Go 1.20
  ///     push %rbp; mov %rsp, %rbp                                  since
  private func frameRecord(
    of function: Function, code read: (UInt64, Int) -> [UInt8]?
  ) -> (stored: UInt64, end: UInt64)? {
    let start = function.range.lowerBound
    let size = frameSize(of: function)
    guard size >= 8, let code = read(start, min(64, Int(function.range.upperBound - start))) else { return nil }
    for index in code.indices {
      let rest = code[index...]
      let stored: Int
      let end: Int
      if rest.starts(with: [0x55, 0x48, 0x89, 0xE5]) {
        (stored, end) = (index + 1, index + 4)
      } else if rest.starts(with: [0x48, 0x89, 0x6C, 0x24]), rest.count >= 10, Int64(rest[index + 4]) <= size - 8 {
        (stored, end) = (index + 5, index + 10)
      } else if rest.starts(with: [0x48, 0x89, 0xAC, 0x24]), rest.count >= 16 {
        (stored, end) = (index + 8, index + 16)
      } else {
        continue
      }
      return (start + UInt64(stored), start + UInt64(end))
    }
    return nil
  }
}

/// What the runtime's functions do that no table tells. Go's own tracebacks end at the same ones (`topofstack` in
/// `src/runtime/traceback.go`).
private enum GoRole {
  case ordinary
  /// A goroutine's or a thread's first function.
  case beginsStack
  /// It goes on on the thread's own stack, where the runtime does its work, and nothing there tells whence it came.
  case switchesForGood
  /// It calls the vDSO on the thread's own stack.
  case switchesForVDSO
  /// It calls C on the thread's own stack.
  case switchesForC
  /// C calls it, and it calls Go on the stack of the goroutine that had called C.
  case returnsToGoroutine

  init(functionNamed name: String) {
    switch name.hasSuffix(".abi0") ? name.dropLast(5) : name[...] {
    case "runtime.goexit", "runtime.mstart", "runtime.rt0_go", "_rt0_amd64", "_rt0_amd64_linux": self = .beginsStack
    case "runtime.mcall", "runtime.morestack", "runtime.systemstack": self = .switchesForGood
    case "runtime.nanotime1", "runtime.walltime", "runtime.walltime1", "time.now": self = .switchesForVDSO
    case "runtime.asmcgocall": self = .switchesForC
    case "runtime.cgocallback": self = .returnsToGoroutine
    default: self = .ordinary
    }
  }
}
