import BinaryReading
import Processes
import Synchronization

/// A file that several values refer to: open, or, where descriptors are scarce, closed until it is read again.
///
/// A closed one is opened again only as the file that it was: same device, inode, size and times. Where no path leads to it,
/// as to a deleted one, it stays open.
///
///     open ──(too many are: used longest ago, and a path leads to it)──► closed ──(read)──► open
///                                                                          └─(no path leads to it by now)──► an error
final class SharedFile: Sendable {
  /// A descriptor that reading threads hold as long as they need it, whoever closes the file meanwhile.
  private final class Descriptor: Sendable {
    let reader: FileReader

    init(_ reader: consuming FileReader) { self.reader = reader }
  }

  private let descriptor: Mutex<Descriptor?>
  private let lastUse: Atomic<UInt64>
  /// What it was when it was opened.
  private let status: FileStatus?
  /// Whose descriptors it is counted among.
  private let images: OpenImages
  /// Where it may be found again.
  private let places: [ForeignFile]

  /// Takes over an open file, which may be closed and found again at one of `places`.
  init(
    _ reader: consuming FileReader, status: FileStatus? = nil, places: [ForeignFile] = [],
    among images: OpenImages = .shared
  ) {
    self.images = images
    descriptor = Mutex(Descriptor(reader))
    lastUse = Atomic(images.tick())
    self.status = status
    self.places = places
    images.opened(self)
  }

  deinit { images.closed(ObjectIdentifier(self)) }

  /// Whether it may be closed for others.
  var canBeClosed: Bool { status != nil && !places.isEmpty }

  /// A number that is greater the later it was read.
  var age: UInt64 { lastUse.load(ordering: .relaxed) }

  /// Reads exactly `count` bytes at `offset`.
  func read(at offset: UInt64, count: UInt64) throws(BinaryReadingError) -> [UInt8] {
    try opened().reader.read(at: offset, count: count)
  }

  /// What the file system says of it now; nil where nothing leads to it any more.
  func currentStatus() -> FileStatus? {
    if let held = descriptor.withLock({ $0 }) { return try? held.reader.status() }
    return found()
  }

  /// Calls `body` with the open descriptor; nil where it can't be opened any more.
  func withDescriptor<Result>(_ body: (Int32) -> Result) -> Result? {
    guard let held = try? opened() else { return nil }
    return body(held.reader.descriptor)
  }

  /// Closes it, if it can be found again.
  func close() -> Bool {
    guard canBeClosed, let now = found(), now == status else { return false }
    return descriptor.withLock { held in
      guard held != nil else { return false }
      held = nil
      return true
    }
  }

  private func found() -> FileStatus? {
    places.lazy.compactMap { try? $0.status() }.first { isSame($0) }
  }

  private func isSame(_ other: FileStatus) -> Bool {
    guard let status else { return false }
    return (status.device, status.inode) == (other.device, other.inode)
  }

  private func opened() throws(BinaryReadingError) -> Descriptor {
    lastUse.store(images.tick(), ordering: .relaxed)
    if let held = descriptor.withLock({ $0 }) { return held }
    var failure: BinaryReadingError?
    for place in places {
      do throws(BinaryReadingError) {
        let reader = try images.open(place)
        let now = try reader.status()
        guard now.isUnchanged(from: status) else { continue }
        let new = Descriptor(reader)
        descriptor.withLock { $0 = new }
        images.opened(self)
        return new
      } catch { failure = failure.map { $0.isShortage ? $0 : error } ?? error }
    }
    throw failure ?? .io(path: places.first?.path ?? "", errno: OpenImages.staleFile)
  }
}

extension FileStatus {
  /// Whether a file of this status holds what it held then.
  fileprivate func isUnchanged(from then: FileStatus?) -> Bool {
    guard let then, (device, inode, size, modified) == (then.device, then.inode, then.size, then.modified) else {
      return false
    }
    // Another name, or one less, changes the time and nothing else.
    return changed == then.changed || links != then.links
  }
}
