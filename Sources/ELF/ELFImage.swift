import BinaryReading
import Processes
import ProfileModel

/// A little-endian ELF file of 32 or 64 bits: its header, segments and sections; contents are read when asked for.
///
/// Everything in it is untrusted. Segments are what unwinding needs, so a file whose section headers are damaged still
/// opens, with no sections and the reason in `sectionProblem`. Source of all layouts: System V gABI, chapters 4 and 5.
package final class ELFImage: Sendable {
  /// What kind of file it is (`e_type`).
  package enum FileType: Hashable, Sendable {
    /// A program at fixed addresses.
    case executable
    /// A shared object, or a program that runs at any address.
    case shared
    /// An object file.
    case relocatable
    /// A memory dump.
    case core
    /// Any other value.
    case other(UInt16)
  }

  /// What it is called, for messages: for a mapped image, the path that the process knows it by.
  package let path: String
  /// What the file system says of it; nil for images taken from memory.
  package let status: FileStatus?
  /// Nil for processors that perfprof can't unwind.
  package let architecture: Architecture?
  /// How wide its addresses are.
  package let addressSize: AddressSize
  /// What kind of file it is.
  package let type: FileType
  /// Stated address of the first instruction of a program; 0 for none.
  package let entryPoint: UInt64
  /// All program headers, in file order.
  package let segments: [Segment]
  /// All section headers, in file order, the empty one with number 0 included.
  package let sections: [Section]
  /// Why `sections` is empty although the file names some.
  package let sectionProblem: ELFError?
  /// The descriptor of its `NT_GNU_BUILD_ID` note.
  package let buildID: BuildID?

  let source: ImageSource

  /// Reads the headers of an open file.
  ///
  /// - Parameters:
  ///   - path: What to call it, where that is not what it was opened by.
  ///   - places: Where it may be found again. With any, it may be closed and opened again when descriptors are scarce.
  package convenience init(
    file: consuming FileReader, path: String? = nil, places: [ForeignFile] = []
  ) throws(ELFError) {
    let path = path ?? file.path
    let status: FileStatus
    do { status = try file.status() } catch { throw .reading(path: path, error) }
    guard status.isRegularFile else { throw .notELF(path: path) }
    let shared = SharedFile(file, status: status, places: places)
    try self.init(source: .file(shared, size: status.size), path: path, status: status)
  }

  /// Reads the headers of an image whose bytes are at hand, such as the vDSO.
  package convenience init(bytes: [UInt8], path: String) throws(ELFError) {
    try self.init(source: .bytes(bytes), path: path, status: nil)
  }

  /// Reads the headers of an image of which parts are at hand.
  convenience init(pieces: FilePieces, path: String) throws(ELFError) {
    try self.init(source: .pieces(pieces), path: path, status: nil)
  }

  init(source: ImageSource, path: String, status: FileStatus?) throws(ELFError) {
    let header = try FileHeader(source: source, path: path)
    self.path = path
    self.status = status
    architecture = header.architecture
    addressSize = header.addressSize
    type = header.type
    entryPoint = header.entryPoint
    let segments = try Self.readSegments(header, source, path)
    self.segments = segments
    var sections: [Section] = []
    var problem: ELFError?
    do throws(ELFError) { sections = try Self.readSections(header, source, path) } catch { problem = error }
    self.sections = sections
    sectionProblem = problem
    buildID = Self.findBuildID(segments, sections, source, path)
    self.source = source
  }

  /// The first section of this name that has a place in the file's table.
  package func section(named name: String) -> Section? {
    sections.first { $0.name == name }
  }

  /// The first segment of this type.
  package func segment(ofType type: SegmentType) -> Segment? {
    segments.first { $0.type == type }
  }

  /// The stated address of the byte that lies at `fileOffset`, by the `PT_LOAD` segments.
  ///
  /// A mapping starts at a page, its segment anywhere in that page, so offsets up to a page before a segment belong to
  /// it. A page may lie in two segments (lld packs them without gaps), so segments that are executable, or not, as the
  /// mapping is are asked first.
  package func statedAddress(fileOffset: UInt64, isExecutable: Bool = true) -> UInt64? {
    let loads = segments.filter { $0.type == .load && $0.fileSize > 0 }
    for executable in [isExecutable, !isExecutable] {
      for pageSize in [1, 0x1000, 0x1_0000] as [UInt64] {
        for segment in loads where segment.isExecutable == executable {
          let start = segment.offset & ~(pageSize - 1)
          let (end, overflow) = segment.offset.addingReportingOverflow(segment.fileSize)
          guard !overflow, fileOffset >= start, fileOffset < end else { continue }
          return segment.virtualAddress &+ (fileOffset &- segment.offset)
        }
      }
    }
    return nil
  }

  /// Whether it is of an x32 program: 64-bit code with 32-bit addresses.
  package var isX32: Bool { architecture == .x86_64 && addressSize == .narrow }
}
