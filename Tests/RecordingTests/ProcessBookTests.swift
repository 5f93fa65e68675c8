import Processes
import ProfileModel
import Testing

@testable import Recording

/// What is kept of a process begins and ends with it.
@Suite struct ProcessBookTests {
  private func book() -> ProcessBook { ProcessBook(source: NoProcesses()) }

  private func fork(_ pid: Int32, by parent: Int32) -> ProcessEvent {
    .forked(pid: pid, tid: pid, parentPID: parent, parentTID: parent, time: 7)
  }
  private func exec(_ pid: Int32) -> ProcessEvent {
    .renamed(pid: pid, tid: pid, name: "program", isExec: true, time: 8)
  }
  private func exit(_ pid: Int32, _ tid: Int32) -> ProcessEvent { .exited(pid: pid, tid: tid, time: 9) }

  @Test func `all threads of a process share one value`() {
    var book = book()
    let first = book.sampled(10, of: 10).process
    #expect(book.sampled(10, of: 10).process === first)
    #expect(book.sampled(11, of: 10).process === first)
    #expect(book.process(10) === first)
    #expect(book.sampled(20, of: 20).process !== first)
  }

  @Test func `a child begins as a copy, and goes its own way`() throws {
    var book = book()
    let parent = book.process(1)
    parent.isX32 = true
    parent.regions.set(0x1000..<0x2000, to: 5)
    _ = book.apply(fork(10, by: 1))
    let child = book.process(10)
    #expect(child !== parent && child.isX32 && child.regions.module(at: 0x1000) == 5)
    let origin = try #require(child.origin)
    #expect(origin.process === parent && origin.pid == 1 && origin.time == 7)
    child.regions.set(0x1000..<0x2000, to: nil)
    #expect(parent.regions.module(at: 0x1000) == 5)
  }

  @Test func `another program begins with nothing of the one before`() {
    var book = book()
    _ = book.apply(fork(10, by: 1))
    let before = book.process(10)
    before.jitModule = 3
    let over = book.apply(exec(10))
    #expect(over?.over === before)
    let after = book.process(10)
    #expect(after !== before && after.jitModule == nil && after.origin == nil)
  }

  @Test func `a parent that runs another program is not its child's origin any more`() {
    var book = book()
    _ = book.process(1)
    _ = book.apply(fork(10, by: 1))
    #expect(book.process(10).origin?.process != nil)
    _ = book.apply(exec(1))
    book.process(1).jitModule = 4
    #expect(book.process(10).origin?.process == nil)
  }

  @Test func `the value goes with the last thread`() {
    var book = book()
    _ = book.apply(exec(10))
    _ = book.apply(.forked(pid: 10, tid: 11, parentPID: 10, parentTID: 10, time: 0))
    let process = book.process(10)
    #expect(book.apply(exit(10, 10)) == nil)
    #expect(book.sampled(10, of: 10).hasEnded)
    #expect(book.sampled(10, of: 10).process === process)
    #expect(book.apply(exit(10, 11))?.over === process)
    // The rest of its exit is sampled, and leaves nothing to whoever has the number next.
    let rest = book.sampled(11, of: 10)
    #expect(rest.hasEnded && rest.process !== process)
    rest.process.isX32 = true
    #expect(!book.process(10).isX32)
  }

  @Test func `a number that is born again is another process`() {
    var book = book()
    let before = book.process(10)
    before.isX32 = true
    #expect(book.apply(fork(10, by: 1))?.over === before)
    #expect(!book.process(10).isX32)
  }
}
