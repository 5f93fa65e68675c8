import ELF
import UnwindTables

/// Where functions begin and end by an image's unwind information, also when its symbols were stripped.
///
/// Reads the image's unwind sections when it is first asked, unless they were read for unwinding.
package final class FunctionRanges {
  private let image: ELFImage
  private var table: UnwindTable?
  private var isRead: Bool

  /// The functions of `image`.
  ///
  /// - Parameter table: Its unwind information, if that was read already.
  package init(_ image: ELFImage, table: UnwindTable? = nil) {
    self.image = image
    self.table = table
    isRead = table != nil
  }

  /// Stated bounds of the function that holds a stated address; nil where unwind information has none.
  package func range(containing address: UInt64) -> Range<UInt64>? {
    read()
    return table?.functionRange(containing: address)
  }

  /// Where the last function begins that unwind information describes at or before a stated address.
  package func start(before address: UInt64) -> UInt64? {
    read()
    return table?.functionStart(before: address)
  }

  private func read() {
    guard !isRead else { return }
    isRead = true
    table = UnwindImage(image).table
  }
}
