import BinaryReading
import ELF
import ProfileModel
import Testing

@testable import Unwinding

/// An unwound stack in a form that tests can compare.
struct Chain: Equatable {
  var addresses: [UInt64]
  var end: StackEnd
  var elided: UnwoundStack.Elision?
  var frames: [UnwoundStack.Frame] = []

  static func == (left: Chain, right: Chain) -> Bool {
    left.addresses == right.addresses && left.end == right.end && left.elided == right.elided
  }
}

extension TestedUnwinder {
  /// An unwinder that knows what a stopped process has mapped.
  convenience init(_ process: StoppedProcess, strategy: Unwinder.Strategy) throws {
    self.init(options: Unwinder.Options(strategy: strategy))
    try add(process)
  }

  /// Opens and maps all of a process's images.
  func add(_ process: StoppedProcess, firstModule: UInt32 = 0) throws {
    var module = firstModule
    for mapping in process.mappings where mapping.isExecutable {
      guard mapping.isFileBacked || mapping.path == "[vdso]" else {
        map(pid: process.pid, mapping: mapping, module: nil)
        continue
      }
      unwinder.addImage(try ImageLocator().open(pid: process.pid, mapping: mapping), key: module)
      map(pid: process.pid, mapping: mapping, module: module)
      module += 1
    }
  }

  /// Unwinds a capture.
  func chain(_ capture: StackCapture, maxDepth: Int = 2_048, motion: ThreadMotion = .standingStill) -> Chain {
    var stack = UnwoundStack(maxDepth: maxDepth)
    let end = unwind(
      pid: capture.pid, tid: capture.tid, motion: motion, architecture: capture.architecture,
      registers: capture.registers, stack: capture.stack.rawSpan, into: &stack)
    return Chain(addresses: stack.frames.map(\.address), end: end, elided: stack.elided, frames: stack.frames)
  }
}
