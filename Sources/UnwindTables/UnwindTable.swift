public import ProfileModel

/// The unwind information of one image, decoded as it is asked for.
///
/// Addresses are stated ones, as in the file. Nothing is read beside the bytes given.
public struct UnwindTable: Sendable {
  /// The sections that tell how to unwind an image, and where they are.
  public struct Sections: Sendable {
    /// The bytes of `.eh_frame`; when the section's size is unknown, everything to the end of its segment.
    public var ehFrame: [UInt8]?
    /// Stated address of `.eh_frame`.
    public var ehFrameAddress: UInt64 = 0
    /// The bytes of `.eh_frame_hdr`, used during `init` only.
    public var ehFrameHeader: [UInt8]?
    /// Stated address of `.eh_frame_hdr`.
    public var ehFrameHeaderAddress: UInt64 = 0
    /// The (uncompressed) bytes of `.debug_frame`.
    public var debugFrame: [UInt8]?
    /// What text-relative pointers count from: the address of `.text`.
    public var textAddress: UInt64 = 0
    /// What data-relative pointers in `.eh_frame` count from: the address of `.got`.
    public var dataAddress: UInt64 = 0

    /// No sections.
    public init() {}
  }

  /// What the image runs on.
  public let architecture: Architecture

  /// A table over these sections.
  public init(architecture: Architecture, sections: consuming Sections) {
    self.architecture = architecture
  }

  /// The rule for the frame at a stated lookup address.
  public mutating func rule(at address: UInt64) -> UnwindRule {
    .needsFallback
  }

  /// The row for the frame at a stated lookup address, with the range it holds for.
  public mutating func row(at address: UInt64) -> UnwindRowLookup {
    .needsFallback
  }

  /// The function that the unwind information describes at a stated address: where it starts and ends.
  public mutating func functionRange(containing address: UInt64) -> Range<UInt64>? {
    nil
  }
}
