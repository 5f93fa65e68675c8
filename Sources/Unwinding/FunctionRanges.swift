import ELF
import UnwindTables

/// Where functions begin and end by an image's unwind information, also when its symbols were stripped.
///
/// Reads the image's unwind sections when it is first asked.
public final class FunctionRanges {
  private let image: UnwindImage

  /// The functions of `image`.
  public init(_ image: ELFImage) { self.image = UnwindImage(image) }

  /// Stated bounds of the function that holds a stated address; nil where unwind information has none.
  public func range(containing address: UInt64) -> Range<UInt64>? { image.functionRange(containing: address) }
}
