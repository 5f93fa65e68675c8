import Processes
import ProfileModel

@testable import Unwinding

/// An unwinder, and the address spaces of the processes that a test looks at, by number.
final class TestedUnwinder {
  let unwinder: Unwinder
  private var spaces: [Int32: AddressSpace] = [:]

  init(architecture: Architecture = .host, options: Unwinder.Options = Unwinder.Options()) {
    unwinder = Unwinder(architecture: architecture, options: options)
  }

  var context: UnwindContext { unwinder.context }
  var metGeneratedCode: Bool { unwinder.metGeneratedCode }

  /// The process's address space; an empty one where nothing was mapped.
  func space(_ pid: Int32) -> AddressSpace {
    let space = spaces[pid] ?? AddressSpace()
    spaces[pid] = space
    return space
  }

  func map(pid: Int32, mapping: Mapping, module: UInt32?) { unwinder.map(mapping, module: module, in: space(pid)) }

  /// A child begins with a copy of its parent's memory.
  func fork(parent: Int32, child: Int32) { spaces[child] = AddressSpace(copyOf: space(parent)) }

  /// A process runs another program, or is over.
  func forget(pid: Int32) { spaces[pid] = nil }

  /// Unwinds with the memory of a thread of this machine behind the dump.
  func unwind(
    pid: Int32, tid: Int32, motion: ThreadMotion, architecture: Architecture? = nil, registers: UserRegisters,
    known: KnownRegisters = .all, stack: RawSpan, into result: inout UnwoundStack
  ) -> StackEnd {
    unwinder.unwind(
      in: space(pid), memory: ProcessMemory(pid: tid), motion: motion, architecture: architecture,
      registers: registers, known: known, stack: stack, into: &result)
  }
}
