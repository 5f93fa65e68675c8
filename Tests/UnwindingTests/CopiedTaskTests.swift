import Processes
import ProfileModel
import Testing

@testable import Unwinding

/// Tasks as they are copied with samples.
@Suite struct CopiedTaskTests {
  private static let task: UInt64 = 0x7000_1230

  /// A page of a task with these allocations, the newest first; each at its address with two words.
  private func page(
    _ allocations: [(address: UInt64, parent: UInt64, resume: UInt64)], previous: UInt64 = 0, initial: UInt64 = 0
  ) -> [UInt8] {
    var words = [UInt64](repeating: 0, count: TaskPage.size / 8)
    words[0] = UInt64(allocations.count)
    words[1] = allocations.first?.address ?? 0
    if initial != 0 {
      let place = (TaskPage.taskOffset + Int(initial - Self.task)) / 8
      words[place + 1] = 0x999
    }
    for (index, allocation) in allocations.enumerated() {
      let place = (TaskPage.allocationsOffset + index * TaskPage.allocationSize) / 8
      words[place] = index + 1 < allocations.count ? allocations[index + 1].address : previous
      (words[place + 2], words[place + 3]) = (allocation.parent, allocation.resume)
    }
    return words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
  }

  private func withTask(
    _ pages: [[UInt8]], level: Int = 0, at address: UInt64 = task, _ body: (CopiedTask?, TargetMemory) -> Void
  ) {
    let memory = TargetMemory()
    let addresses = pages.map { _ in TaskPage.tag(task: address, level: level) }
    let bytes = pages.flatMap(\.self)
    memory.withDump(
      RawSpan(), at: 0, and: SampledPages(addresses: addresses.span, bytes: bytes.span.bytes), of: NoMemory(),
      .runningOn
    ) {
      body(CopiedTask(level: level, in: memory), memory)
    }
  }

  @Test func `contexts are found in their order, and nothing else is one`() {
    let pages = [page([(0x3000, 0x2010, 0x31), (0x2500, 7, 7), (0x2000, 0x7000_1330, 0x21)], initial: 0x7000_1330)]
    withTask(pages) { task, memory in
      guard var task else { return #expect(Bool(false)) }
      #expect(task.newest(in: memory) == 0x3010)
      #expect(task.context(at: 0x3010, in: memory) == .init(parent: 0x2010, resume: 0x31))
      #expect(task.context(at: 0x2010, in: memory) == .init(parent: 0x7000_1330, resume: 0x21))
      #expect(task.context(at: 0x7000_1330, in: memory) == .init(parent: 0, resume: 0x999))
      // An older one leads to no newer.
      #expect(task.context(at: 0x3010, in: memory) == nil)
      #expect(!task.isCutShort)
    }
    withTask(pages) { task, memory in
      guard var task else { return #expect(Bool(false)) }
      #expect(task.context(at: 0x3018, in: memory) == nil)
      #expect(task.context(at: 0x2010, in: memory) == nil)
    }
  }

  @Test func `a task goes on in its next page, or is cut short`() {
    let first = page([(0x3000, 0x2010, 0x31)], previous: 0x2000)
    withTask([first, page([(0x2000, 0, 0x21)])]) { task, memory in
      guard var task else { return #expect(Bool(false)) }
      #expect(task.context(at: 0x2010, in: memory) == .init(parent: 0, resume: 0x21))
    }
    withTask([first, page([(0x1000, 0, 0x21)])]) { task, memory in
      guard var task else { return #expect(Bool(false)) }
      #expect(task.context(at: 0x2010, in: memory) == nil)
      #expect(task.isCutShort)
    }
  }

  @Test func `pages of other tasks and of the stack are none of it`() {
    withTask([page([])], level: 2) { task, memory in
      #expect(task?.address == Self.task)
      #expect(CopiedTask(level: 0, in: memory) == nil)
    }
    withTask([page([])], at: 0x1000 &- 1) { task, _ in #expect(task == nil) }
  }
}
