import Glibc
import Processes
import Testing

/// Memory that was never touched, and must not be for a look at it.
@Suite struct PageMapTests {
  @Test func `pages that were never touched are told and not read`() throws {
    let size = Int(PageMap.pageSize) * 8
    let memory = try #require(mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
    defer { munmap(memory, size) }
    memory.storeBytes(of: 7, toByteOffset: Int(PageMap.pageSize) * 2, as: UInt8.self)
    let start = UInt64(UInt(bitPattern: memory))
    let pages = Self.pages(from: start)
    #expect(pages?.map(\.isPresent) == [false, false, true, false, false, false, false, false])
    let process = ProcessMemory(pid: getpid())
    #expect(process.presentBytes(at: start, count: 16) == nil)
    #expect(process.presentBytes(at: start + PageMap.pageSize * 2, count: 1) == [7])
    #expect(process.presentBytes(at: start + PageMap.pageSize * 2, count: PageMap.pageSize + 1) == nil)
    #expect(Self.pages(from: start) == pages)
  }

  private static func pages(from start: UInt64) -> [PageMap.Page]? {
    PageMap(pid: getpid())?.pages(from: start, count: 8)
  }

  @Test func `ranges without pages satisfy nothing`() throws {
    guard let map = PageMap(pid: getpid()) else {
      Issue.record("no page map")
      return
    }
    let answers = [(0, 0), (.max - 10, 100), (0, .max)].map { (start: UInt64, count: UInt64) in
      map.allSatisfy(start, count: count) { _ in true }
    }
    #expect(answers == [false, false, false])
    let isOpen = PageMap(pid: -1) != nil
    #expect(!isOpen)
  }

  @Test func endsAStackWhereAPageIsMissing() throws {
    let page = Int(PageMap.pageSize)
    let memory = try #require(
      mmap(nil, 8 * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
    defer { munmap(memory, 8 * page) }
    for number in [0, 1, 3] { memory.storeBytes(of: 1, toByteOffset: number * page, as: UInt8.self) }
    let pages = try #require(PageMap(pid: getpid(), tid: getpid()))
    let base = UInt64(UInt(bitPattern: memory))
    #expect(pages.bytesThere(from: base + 100, limit: UInt64(8 * page)) == UInt64(2 * page - 100))
    #expect(pages.bytesThere(from: base + 100, limit: 50) == 50)
    #expect(pages.bytesThere(from: base + UInt64(2 * page), limit: 100) == 0)
    #expect(pages.bytesThere(from: base + UInt64(4 * page) - 8, limit: 100) == 8)
    #expect(pages.bytesThere(from: 0, limit: 100) == 0)
    #expect(pages.bytesThere(from: .max - 7, limit: 100) == 0)
  }
}
