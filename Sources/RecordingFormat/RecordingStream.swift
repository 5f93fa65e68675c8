import BinaryReading
import ProfileModel
import RecordingSchema
import SwiftProtobuf

/// Reads a recording as its bytes come, holding no more of them than the chunk at hand.
///
///     file     ├header┤├─ chunk ─┤├─ chunk ─┤├─ cha      what is no chunk, and all behind it, is not read
///     pending                                 ├────┤
public struct RecordingStream: Sendable {
  private let path: String
  private var budget: ReadingBudget
  private(set) var assembly = ProfileAssembly()
  /// Bytes that came and were not read yet.
  private var pending: [UInt8] = []
  private var hasHeader = false
  private var chunks = 0
  private var isAtEnd = false
  /// Where in the file that begins which can't be read, or was not there yet.
  private(set) var end = 0

  /// Nothing of a recording so far; `path` is for errors.
  public init(path: String, budget: ReadingBudget = ReadingBudget()) {
    self.path = path
    self.budget = budget
  }

  /// Takes the next bytes of the file; false when nothing behind them will be read.
  public mutating func consume(_ bytes: RawSpan) throws(RecordingError) -> Bool {
    guard !isAtEnd else { return false }
    if pending.isEmpty {
      let read = try read(bytes)
      if !isAtEnd { pending.append(contentsOf: bytes.extracting(read..<bytes.byteCount)) }
    } else {
      pending.append(contentsOf: bytes)
      guard pending.count >= wanted else { return true }
      let all = pending
      pending = []
      let read = try read(all.rawSpan)
      if !isAtEnd { pending.append(contentsOf: all.rawSpan.extracting(read..<all.count)) }
    }
    return !isAtEnd
  }

  /// How many bytes the header or chunk at hand takes.
  private var wanted: Int {
    guard hasHeader else { return ChunkFraming.headerBytes }
    return ChunkFraming.size(in: pending.rawSpan, at: 0) ?? ChunkFraming.headerBytes
  }

  /// Reads what is whole of `bytes`; how many that were.
  private mutating func read(_ bytes: RawSpan) throws(RecordingError) -> Int {
    var offset = 0
    if !hasHeader {
      guard bytes.byteCount >= ChunkFraming.headerBytes else { return 0 }
      try readHeader(bytes)
      offset = ChunkFraming.headerBytes
    }
    while true {
      switch ChunkFraming.step(in: bytes, at: offset) {
      case .chunk(let plain, let next):
        guard try add(plain) else {
          isAtEnd = true
          break
        }
        chunks += 1
        offset = next
        continue
      case .damaged: isAtEnd = true
      case .incomplete: break
      }
      end += offset
      return offset
    }
  }

  private mutating func readHeader(_ bytes: RawSpan) throws(RecordingError) {
    guard RecordingReader.recognizes(bytes) else { throw .notARecording(path: path) }
    guard let version = try? bytes.load(at: 8, as: UInt32.self) else { throw .empty(path: path) }
    let known = [ChunkFraming.version, ChunkFraming.versionWithValueTypes]
    guard known.contains(version) else { throw .unknownVersion(path: path, version: version) }
    hasHeader = true
  }

  /// Adds a chunk; false when it is damaged inside.
  private mutating func add(_ plain: [UInt8]) throws(RecordingError) -> Bool {
    do throws(ReadingBudget.Exceeded) {
      try budget.take(plain.rawSpan)
      guard let chunk = try? Recording_Chunk(serializedBytes: plain, options: Self.decoding) else { return false }
      return try assembly.add(chunk, &budget)
    } catch { throw .tooLarge(path: path, error) }
  }

  /// Fields of later versions are of no use here.
  private static let decoding = {
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    return options
  }()

  private func checkBeginning() throws(RecordingError) {
    if !hasHeader, !RecordingReader.recognizes(pending.rawSpan) { throw .notARecording(path: path) }
    guard chunks > 0 else { throw .empty(path: path) }
  }

  /// The profile of all chunks that could be read; `metadata.isComplete` tells whether they were all.
  ///
  /// - Parameters:
  ///   - fileBytes: The file's size, where it is known.
  ///   - details: What is shown that is left out as a rule.
  public consuming func finish(fileBytes: Int?, showing details: RecordingDetails = []) throws(RecordingError)
    -> Profile
  {
    try checkBeginning()
    let unread = ProfileAssembly.Unread(
      bytes: fileBytes.map { max(0, $0 - end) } ?? pending.count, isAll: fileBytes != nil || !isAtEnd)
    let path = path
    do throws(ReadingBudget.Exceeded) {
      var budget = budget
      return try assembly.finish(unread: unread, shows: details, &budget)
    } catch { throw .tooLarge(path: path, error) }
  }

  /// What the recording lacks because it was cut before its names were written.
  consuming func unnamed() throws(RecordingError) -> UnnamedRecording {
    try checkBeginning()
    return UnnamedRecording(
      tables: assembly.tables, modules: assembly.fileModules(named: { $0 == nil }),
      givenUp: assembly.isClosed ? [] : assembly.fileModules(named: { $0 == "none" }), length: UInt64(end))
  }
}
