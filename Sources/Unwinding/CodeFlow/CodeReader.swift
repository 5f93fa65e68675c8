import ProfileModel

/// The code of the process at hand, page by page: from the image where there is one, else from memory.
///
/// Only pages that control flow leads to are read, so that none is touched which the program has not touched itself.
final class CodeReader {
  private struct Page {
    var address: UInt64
    var generation: UInt32
    var bytes: [UInt8]
  }

  /// Kept until another page has the same place; those of generated code only while one stack is unwound.
  private var pages: [Page?] = Array(repeating: nil, count: pageCount)

  private static let pageCount = 64
  static let pageSize: UInt64 = 4_096

  /// Forgets what may have changed.
  func forget() {
    for index in pages.indices where pages[index] != nil { pages[index] = nil }
  }

  /// Adds the bytes from `address` to the end of its page to `code`, as many as it takes.
  ///
  /// - Parameter read: Reads what there is of a page, from its start.
  func append(
    at address: UInt64, generation: UInt32, to code: inout CodeBytes, read: (_ page: UInt64) -> [UInt8]
  ) {
    let page = address & ~(Self.pageSize - 1)
    let index = load(page, generation: generation, read: read)
    let offset = Int(address - page)
    guard let bytes = pages[index]?.bytes, offset < bytes.count else { return }
    for position in offset..<min(bytes.count, offset + CodeBytes.limit - code.count) { code.append(bytes[position]) }
  }

  /// `count` bytes from `address` on; nil where they don't lie in one page, or that is not whole.
  func bytes(
    at address: UInt64, count: Int, generation: UInt32, read: (_ page: UInt64) -> [UInt8]
  ) -> [UInt8]? {
    let page = address & ~(Self.pageSize - 1)
    let offset = Int(address - page)
    guard count > 0, offset + count <= Int(Self.pageSize) else { return nil }
    let index = load(page, generation: generation, read: read)
    guard let bytes = pages[index]?.bytes, bytes.count == Int(Self.pageSize) else { return nil }
    return Array(bytes[offset..<offset + count])
  }

  /// Reads a page, if it was not read before; where it is kept.
  private func load(_ page: UInt64, generation: UInt32, read: (_ page: UInt64) -> [UInt8]) -> Int {
    let index = Int(truncatingIfNeeded: page / Self.pageSize) & (Self.pageCount - 1)
    if pages[index]?.address != page || pages[index]?.generation != generation {
      pages[index] = Page(address: page, generation: generation, bytes: read(page))
    }
    return index
  }
}
