import ProfileModel

/// A task as it was copied with a sample: `TaskPage`.
///
/// Its contexts are met in the order in which they were allocated, the newest first, which is the order of their chain.
struct CopiedTask {
  /// An async context: who awaits it, and where that goes on.
  struct Context: Hashable {
    var parent: UInt64
    var resume: UInt64
  }

  /// Where the task lies.
  let address: UInt64
  /// Its pages among those of the sample.
  let pages: Range<Int>
  private var page: Int
  /// Where the allocation at hand is in its page, and how many there are.
  private var index = 0
  private var count = 0
  /// The allocation at hand; 0 behind the last.
  private var allocation: UInt64
  /// Whether there is more than was copied.
  private(set) var isCutShort = false

  /// The task at a level above the running one; nil where none was copied.
  init?(level: Int, in memory: TargetMemory) {
    let all = memory.pageCount
    guard let first = (0..<all).first(where: { TaskPage.parse(memory.pageAddress($0))?.level == level }),
      let address = TaskPage.parse(memory.pageAddress(first))?.task
    else { return nil }
    var end = first + 1
    while end < all, memory.pageAddress(end) == memory.pageAddress(first) { end += 1 }
    self.address = address
    pages = first..<end
    page = first
    allocation = memory.word(ofPage: first, at: 8)
    count = Self.count(ofPage: first, in: memory)
  }

  /// How many allocations a page has.
  private static func count(ofPage page: Int, in memory: TargetMemory) -> Int {
    max(0, min(Int(clamping: memory.word(ofPage: page, at: 0)), TaskPage.allocationsLimit))
  }

  /// A word of the task itself.
  func word(at offset: Int, in memory: TargetMemory) -> UInt64 {
    guard offset >= 0, offset <= TaskPage.taskBytes - 8 else { return 0 }
    return memory.word(ofPage: pages.upperBound - 1, at: TaskPage.taskOffset + offset)
  }

  /// The same of what was read again at the end: four words from the status on.
  func word(recheckedAt index: Int, in memory: TargetMemory) -> UInt64 {
    memory.word(ofPage: pages.upperBound - 1, at: TaskPage.recheckOffset + 8 * index)
  }

  /// What lies at the resume context: it may be a part of the context of the function that waits.
  func resumeContext(in memory: TargetMemory) -> Context {
    Context(
      parent: memory.word(ofPage: pages.upperBound - 1, at: TaskPage.resumeContextOffset),
      resume: memory.word(ofPage: pages.upperBound - 1, at: TaskPage.resumeContextOffset + 8))
  }

  /// The newest allocation's contents' address.
  func newest(in memory: TargetMemory) -> UInt64 {
    let first = memory.word(ofPage: pages.lowerBound, at: 8)
    return first == 0 ? 0 : first &+ 16
  }

  /// Where all contexts of this task lie, and whatever is between them.
  func extent(in memory: TargetMemory) -> ClosedRange<UInt64> {
    var (lowest, highest) = (address, max(address, address &+ UInt64(TaskPage.taskBytes)))
    for page in pages {
      var allocation = memory.word(ofPage: page, at: 8)
      for index in 0..<Self.count(ofPage: page, in: memory) where allocation != 0 {
        lowest = min(lowest, allocation)
        highest = max(highest, allocation &+ 16)
        allocation = memory.word(ofPage: page, at: TaskPage.allocationsOffset + index * TaskPage.allocationSize)
      }
    }
    return lowest...highest
  }

  /// The context at an address, if it is one of this task's and not newer than the last that was found.
  mutating func context(at address: UInt64, in memory: TargetMemory) -> Context? {
    while allocation != 0 {
      guard index < count else {
        guard page + 1 < pages.upperBound, memory.word(ofPage: page + 1, at: 8) == allocation else {
          isCutShort = true
          return nil
        }
        (page, index) = (page + 1, 0)
        count = Self.count(ofPage: page, in: memory)
        continue
      }
      let place = TaskPage.allocationsOffset + index * TaskPage.allocationSize
      if allocation &+ 16 == address {
        return Context(
          parent: memory.word(ofPage: page, at: place + 16), resume: memory.word(ofPage: page, at: place + 24))
      }
      allocation = memory.word(ofPage: page, at: place)
      index += 1
    }
    return initialContext(at: address, in: memory)
  }

  /// The context of the task's first function, which lies in the task's own memory and which nobody awaits.
  private func initialContext(at address: UInt64, in memory: TargetMemory) -> Context? {
    let offset = address &- self.address
    guard offset >= 64, offset <= UInt64(TaskPage.taskBytes - 16), offset & 7 == 0,
      word(at: Int(offset), in: memory) == 0
    else { return nil }
    return Context(parent: 0, resume: word(at: Int(offset) + 8, in: memory))
  }
}

extension TargetMemory {
  /// How many pages came with the sample.
  var pageCount: Int { unsafe pageAddresses.count }

  /// The address of one.
  func pageAddress(_ index: Int) -> UInt64 {
    guard index < pageCount else { return 0 }
    return unsafe pageAddresses[index]
  }

  /// Whether a task is among them.
  var hasTask: Bool { pageCount > 0 && (0..<pageCount).contains { TaskPage.parse(pageAddress($0)) != nil } }

  /// A word of a page.
  func word(ofPage index: Int, at offset: Int) -> UInt64 {
    let place = index * pageStride + offset
    let count = unsafe pages.count
    guard offset >= 0, offset + 8 <= Int(SampledPages.size), place >= 0, place + 8 <= count else { return 0 }
    // SAFETY: checked to lie inside, and the pages live as long as the walk (`withDump`).
    return unsafe UInt64(littleEndian: pages.loadUnaligned(fromByteOffset: place, as: UInt64.self))
  }
}
