import ProfileModel
import UnwindTables

extension Unwinder {
  /// Walks a stack by compact rules.
  func walkTables(from registers: UserRegisters, into stack: inout UnwoundStack) -> StackEnd {
    walkLibunwind(from: registers, into: &stack)
  }
}
