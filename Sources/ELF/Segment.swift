import BinaryReading
import ProfileModel

/// A part of an image as the loader sees it (`Elf32_Phdr`, `Elf64_Phdr`).
package struct Segment: Hashable, Sendable {
  /// What it is for.
  package var type: SegmentType
  /// `PF_X`, `PF_W`, `PF_R`.
  package var flags: UInt32
  /// First byte in the file.
  package var offset: UInt64
  /// First stated address.
  package var virtualAddress: UInt64
  /// Bytes in the file.
  package var fileSize: UInt64
  /// Bytes in memory; what exceeds `fileSize` is zero.
  package var memorySize: UInt64
  /// What address and offset are congruent to.
  package var alignment: UInt64

  /// Whether its pages may be executed.
  package var isExecutable: Bool { flags & 1 != 0 }

  /// Whether `address`, a stated one, lies in the part that the file holds.
  package func holds(_ address: UInt64) -> Bool {
    address >= virtualAddress && address - virtualAddress < fileSize
  }
}

/// The type of a segment (`p_type`).
package struct SegmentType: RawRepresentable, Hashable, Sendable {
  /// As the file has it.
  package var rawValue: UInt32
  /// The type with this number.
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `PT_LOAD`: mapped into memory.
  package static let load = SegmentType(rawValue: 1)
  /// `PT_DYNAMIC`.
  package static let dynamic = SegmentType(rawValue: 2)
  /// `PT_INTERP`: the name of the program interpreter.
  package static let interpreter = SegmentType(rawValue: 3)
  /// `PT_NOTE`.
  package static let note = SegmentType(rawValue: 4)
  /// `PT_TLS`: what each thread has of its own.
  package static let threadLocal = SegmentType(rawValue: 7)
  /// `PT_GNU_EH_FRAME`: `.eh_frame_hdr`.
  package static let ehFrameHeader = SegmentType(rawValue: 0x6474_E550)
}

extension ELFImage {
  /// More segments than any linker makes, and few enough to search one by one.
  static let segmentLimit: UInt64 = 4_096

  static func readSegments(_ header: FileHeader, _ source: ImageSource, _ path: String) throws(ELFError)
    -> [Segment]
  {
    guard header.segmentCount > 0 else { return [] }
    guard header.segmentCount <= segmentLimit else {
      throw .overLimit(path: path, part: "segments", value: header.segmentCount, limit: segmentLimit)
    }
    let bytes = try source.read(
      at: header.segmentTable, count: header.segmentCount * header.addressSize.segmentHeaderSize, path: path)
    let view = bytes.rawSpan
    var segments: [Segment] = []
    segments.reserveCapacity(Int(header.segmentCount))
    do throws(BinaryReadingError) {
      for base in stride(from: 0, to: bytes.count, by: Int(header.addressSize.segmentHeaderSize)) {
        segments.append(try Segment(view, at: base, header.addressSize))
      }
    } catch { throw .reading(path: path, error) }
    return segments
  }
}

extension Segment {
  /// Reads the header at `base`.
  init(_ view: RawSpan, at base: Int, _ addressSize: AddressSize) throws(BinaryReadingError) {
    let type = SegmentType(rawValue: try view.load(at: base))
    switch addressSize {
    case .wide:
      self.init(
        type: type, flags: try view.load(at: base + 4), offset: try view.load(at: base + 8),
        virtualAddress: try view.load(at: base + 16), fileSize: try view.load(at: base + 32),
        memorySize: try view.load(at: base + 40), alignment: try view.load(at: base + 48))
    case .narrow:
      self.init(
        type: type, flags: try view.load(at: base + 24), offset: try view.load(at: base + 4, addressSize),
        virtualAddress: try view.load(at: base + 8, addressSize), fileSize: try view.load(at: base + 16, addressSize),
        memorySize: try view.load(at: base + 20, addressSize), alignment: try view.load(at: base + 28, addressSize))
    }
  }
}
