import ProfileModel
import Testing

@testable import Unwinding

/// A program that was compiled, run until it stopped itself, and unwound both ways.
struct Scenario {
  let process: StoppedProcess
  let symbols: Symbols
  let capture: StackCapture
  private let program: CompiledProgram

  init(
    _ source: String, _ flags: [String] = ["-O1"], thread: Bool = false, dumpBytes: Int = 65_528,
    architecture: Architecture = .host
  ) throws {
    program = try CompiledProgram(source, flags)
    process = try StoppedProcess([program.path])
    symbols = try Symbols(path: program.path)
    let others = try process.threads().filter { [pid = process.pid] in $0 != pid }
    let tid = thread ? try #require(others.first) : process.pid
    capture = try process.capture(tid: tid, dumpBytes: dumpBytes, architecture: architecture)
  }

  /// The chain as a strategy finds it.
  func chain(
    _ strategy: Unwinder.Strategy, maxDepth: Int = 2_048, motion: ThreadMotion = .standingStill
  ) throws -> Chain {
    try TestedUnwinder(process, strategy: strategy).chain(capture, maxDepth: maxDepth, motion: motion)
  }

  /// Names of the program's functions, leaf first; the program is the first image that the process maps.
  func names(_ chain: Chain) -> [String] {
    symbols.names(in: chain, module: process.moduleOfProgram)
  }
}
