import ELF
import Processes
import ProfileModel
import Sampling

/// Finds out whether memory of a process that no file backs holds a file's code at the addresses that the file would have.
///
/// Programs move their text to anonymous or huge pages so that fewer entries of the TLB are needed for it (iodlr, HHVM,
/// ClickHouse, BOLT's hugify, `node --use-largepages`):
///
///     before   │ r-- program │ r-x program                            │ rw- program │
///     after    │ r-- program │ r-x program │ r-x anonymous, huge pages │ rw- program │     same bytes, same addresses
///
/// Whose code it is, is believed only if its bytes are the file's.
struct MovedText {
  /// A part of a mapping, whose bytes are an image's code.
  struct Part: Equatable {
    var range: Range<UInt64>
    var module: UInt32
    var bias: UInt64
  }

  /// Images whose place other memory was mapped over, which may not have held their code yet.
  private var covered: [Part] = []
  /// How often the process's maps were read for this.
  private var readings = 0

  private static let coveredLimit = 64
  private static let readingLimit = 16
  /// Pages that are compared.
  private static let pageLimit = 32

  /// Remembers that memory is mapped over images, before these are forgotten.
  mutating func cover(_ range: Range<UInt64>, _ images: [(module: UInt32, bias: UInt64)]) {
    for image in images where covered.count < Self.coveredLimit {
      let part = Part(range: range, module: image.module, bias: image.bias)
      if !covered.contains(part) { covered.append(part) }
    }
  }

  /// The images that lay in a range before other memory was mapped over them.
  func coveredImages(in range: Range<UInt64>) -> [(module: UInt32, bias: UInt64)] {
    covered.filter { $0.range.overlaps(range) }.map { ($0.module, $0.bias) }
  }

  /// The modules whose code may yet be found in other memory.
  var modules: [UInt32] { covered.map(\.module) }

  /// The mappings of files next to a range, whose code may have been there; asked a few times for each process.
  mutating func neighbors(of range: Range<UInt64>, pid: Int32, in source: any ProcessSource) -> [Mapping] {
    guard readings < Self.readingLimit, let all = source.mappings(of: pid, executableOnly: false) else { return [] }
    readings += 1
    let files = all.filter { $0.isFileBacked && !$0.isMemoryFile && $0.inode != 0 }
    let below = files.last { $0.end <= range.lowerBound }
    let above = files.first { $0.start >= range.upperBound }
    return [below, above].compactMap(\.self)
  }

  /// What a child begins with: its parent's memory.
  var copy: MovedText {
    var copy = self
    copy.readings = 0
    return copy
  }

  /// The parts of a range that hold an image's code, as far as they lie in its executable segments; none where the bytes
  /// are others.
  static func parts(
    of range: Range<UInt64>, pid: Int32, image: ELFImage, module: UInt32, bias: UInt64
  ) -> [Part] {
    let page = PageMap.pageSize - 1
    return image.segments.compactMap { segment in
      guard segment.type == .load, segment.isExecutable else { return nil }
      let start = bias &+ segment.virtualAddress
      let (end, overflow) = start.addingReportingOverflow(segment.fileSize)
      guard !overflow, end < .max - page else { return nil }
      let place = (start & ~page)..<((end + page) & ~page)
      guard place.overlaps(range) else { return nil }
      let part = place.clamped(to: range)
      let filled = (start..<end).clamped(to: part)
      return holds(filled, pid: pid, image, bias) ? Part(range: part, module: module, bias: bias) : nil
    }
  }

  /// Whether the pages of a range that are in memory hold what the image has there; a patched one is allowed for.
  private static func holds(_ range: Range<UInt64>, pid: Int32, _ image: ELFImage, _ bias: UInt64) -> Bool {
    let size = PageMap.pageSize
    guard !range.isEmpty, let map = PageMap(pid: pid) else { return false }
    let first = range.lowerBound & ~(size - 1)
    let pages = map.pages(from: first, count: min((range.upperBound - first + size - 1) / size, 1 << 18))
    let present = pages.indices.filter { pages[$0].isPresent }
    let step = max(1, present.count / pageLimit)
    let memory = ProcessMemory(pid: pid)
    var (compared, equal, filled) = (0, 0, 0)
    for position in stride(from: 0, to: present.count, by: step) {
      let start = first + UInt64(present[position]) * size
      let part = (start..<start + size).clamped(to: range)
      guard part.count >= 16, let there = memory.bytes(at: part.lowerBound, count: UInt64(part.count), limit: 1 << 16),
        let stated = try? image.read(address: part.lowerBound &- bias, count: part.count)
      else { continue }
      compared += 1
      if there == stated {
        equal += 1
        if there.contains(where: { $0 != 0 }) { filled += 1 }
      }
    }
    return filled > 0 && equal * 8 >= compared * 7
  }
}
