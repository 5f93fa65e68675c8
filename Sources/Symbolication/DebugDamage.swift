import BinaryReading
import ELF

/// Why debug information was not read, or not to its end.
enum DebugDamage: Hashable, Error {
  /// Its sections state this many bytes, or more than their compressed form can hold.
  case tooLarge(UInt64)
  /// A section of it is damaged.
  case unreadable(String)
  /// Its entries or ranges go on for longer than its size allows.
  case tooManyEntries
  /// The file of this name, with units' other halves, is no regular file, damaged, too large or another build's.
  case splitFileRefused(String)
  /// The file of this name, with a unit's other half, was not found.
  case splitFileMissing(String)
  /// The file of this name, which it shares parts with, was not found.
  case alternateMissing(String)

  /// What it is, for a message.
  var words: String {
    switch self {
    case .tooLarge(let bytes): "it states \(bytes) bytes, more than is read"
    case .unreadable(let message): message
    case .tooManyEntries: "it refers to itself in circles or overlaps"
    case .splitFileRefused(let path): "\(path) is no regular file, damaged, too large or of another build"
    case .splitFileMissing(let path), .alternateMissing(let path):
      "\(path), which has a part of it, was not found"
    }
  }
}

extension ELFImage {
  /// Bytes of debug sections that are still read.
  private static let debugSizeLimit: UInt64 = 8 << 30
  /// Bytes of debug sections that are read however well they are compressed.
  private static let freeDebugSize: UInt64 = 256 << 20

  /// Bytes of its debug sections after decompression, checked to be such that all of them may be held.
  @discardableResult func debugSize() throws(DebugDamage) -> UInt64 {
    var (total, stored): (UInt64, UInt64) = (0, 0)
    for section in sections where section.hasContents {
      guard section.name.hasPrefix(".debug_") || section.name.hasPrefix(".zdebug_") else { continue }
      let size: UInt64
      do throws(ELFError) { size = try statedSize(of: section) } catch { throw .unreadable("\(error)") }
      stored = stored.addingReportingOverflow(section.size).overflow ? .max : stored + section.size
      total = total.addingReportingOverflow(size).overflow ? .max : total + size
    }
    // Debug information is seldom compressed to less than a fifth. A file may have holes, which cost no room on disk.
    let packed = total > stored ? stored : status.map { $0.allocated == 0 ? .max : $0.allocated } ?? .max
    let limit = max(Self.freeDebugSize, packed.multipliedReportingOverflow(by: 16).overflow ? .max : packed * 16)
    guard stored <= (status?.size ?? .max), total <= min(limit, Self.debugSizeLimit) else {
      throw .tooLarge(total)
    }
    return total
  }
}
