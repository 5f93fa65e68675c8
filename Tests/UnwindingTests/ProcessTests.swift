import BinaryReading
import Foundation
import Glibc
import ProfileModel
import Sampling
import Testing

@testable import Unwinding

/// Processes that come from others, and programs that take their place.
@Suite(.serialized) struct ProcessTests {
  @Test func aForkedChildHasItsParentsMappingsUntilItExecs() throws {
    let scenario = try Scenario(Programs.recursion(depth: 10))
    let unwinder = try TestedUnwinder(scenario.process, strategy: .tables)
    var capture = scenario.capture
    let expected = unwinder.chain(capture)
    #expect(expected.end == .rooted)

    capture.pid = 1_000_001
    #expect(unwinder.chain(capture).end == .truncated(.unmappedCode))
    unwinder.fork(parent: scenario.process.pid, child: capture.pid)
    #expect(unwinder.chain(capture) == expected)
    unwinder.forget(pid: capture.pid)
    #expect(unwinder.chain(capture).end == .truncated(.unmappedCode))
    #expect(unwinder.chain(scenario.capture) == expected)
    unwinder.forget(pid: scenario.process.pid)
    #expect(unwinder.chain(scenario.capture).end == .truncated(.unmappedCode))
  }

  @Test func mappingsThatAreReplacedAreNotRemembered() throws {
    let scenario = try Scenario(Programs.recursion(depth: 10))
    let unwinder = try TestedUnwinder(scenario.process, strategy: .tables)
    #expect(unwinder.chain(scenario.capture).end == .rooted)
    let program = try #require(scenario.process.mappings.first { $0.path.hasSuffix("/program") })
    var other = program
    other.isExecutable = false
    unwinder.map(pid: scenario.process.pid, mapping: other, module: nil)
    #expect(unwinder.chain(scenario.capture).end == .truncated(.unmappedCode))
    unwinder.map(pid: scenario.process.pid, mapping: program, module: scenario.process.moduleOfProgram)
    #expect(unwinder.chain(scenario.capture).end == .rooted)
  }

  @Test(arguments: Unwinder.Strategy.allCases)
  func rootsChildrenOfVfork(strategy: Unwinder.Strategy) throws {
    let program = try CompiledProgram(Programs.vforkChild)
    let pipe = program.path + ".pipe"
    try #require(mkfifo(pipe, 0o600) == 0)
    var launcher = try CommandLauncher(command: [program.path, pipe])
    try launcher.resume()
    // Returns when the child opens its end.
    let end = open(pipe, O_RDONLY)
    defer { close(end) }
    let children = try String(contentsOfFile: "/proc/\(launcher.pid)/task/\(launcher.pid)/children", encoding: .utf8)
    let child = try #require(children.split(separator: " ").first.flatMap { Int32($0) })
    defer { kill(child, SIGKILL) }

    let unwinder = TestedUnwinder(options: .init(strategy: strategy))
    var images = MappedImages(pid: launcher.pid)
    try images.update(unwinder)
    unwinder.fork(parent: launcher.pid, child: child)
    let registers = try UserRegisters.ofStopped(tid: child)
    let capture = StackCapture(pid: child, tid: child, registers: registers, stack: [])
    let chain = unwinder.chain(capture)
    #expect(chain.end == .rooted)
    let symbols = try Symbols(path: program.path)
    let names = chain.addresses.compactMap { images.name($0 - 1, symbols, program.path) }
    #expect(names == ["in_child", "main", "_start"])
  }

  @Test func saysWhenThereIsNothingToUnwind() {
    let unwinder = TestedUnwinder()
    var stack = UnwoundStack()
    let end = unwinder.unwind(
      pid: 1, tid: -1, motion: .runningOn, registers: UserRegisters(), stack: [UInt8]().rawSpan, into: &stack)
    #expect(end == .truncated(.unmappedCode))
    #expect(stack.frames.count == 1)
  }
}
