import BinaryReading

/// Reads the records of a jitdump file one after the other, and goes on where it ended when the file has grown.
struct JITDumpReader: Sendable {
  private let file: OpenFile
  /// Bytes in the file as of the last look.
  private var size: UInt64 = 0
  /// Where the next record begins; 0 before the header.
  private var offset: UInt64 = 0
  private var isClosed = false
  private var window: [UInt8] = []
  private var windowStart: UInt64 = 0
  /// The lines that precede the load of the function that starts at this address.
  private var pending: (address: UInt64, lines: [JITDump.Line])?
  /// The `.eh_frame` of the function whose load follows.
  private var pendingUnwinding: [UInt8] = []
  /// Bytes of unwind information read so far.
  private var unwindingBytes: UInt64 = 0
  private var nameOf: [String: Int32] = [:]
  private var fileOf: [String: Int32] = [:]
  /// Position in the dump's codes by the number that the writer gave the function.
  private var codeOf: [UInt64: Int] = [:]

  private static let windowSize: UInt64 = 1 << 18
  /// Bytes of a record's body that are read; bodies of loads go on with code, which is not.
  private static let bodyLimit: UInt64 = 1 << 26
  /// JIT_CODE_UNWINDING_INFO, the last kind of record that is known.
  private static let lastKind: UInt32 = 4
  private static let nameLimit = 65_536
  /// Bytes of unwind information of one function, and of all.
  private static let (unwindingLimit, unwindingTotalLimit): (UInt64, UInt64) = (1 << 20, 1 << 27)
  private static let recordLimit = 20_000_000

  /// A descriptor that copies of a reader share.
  private final class OpenFile: Sendable {
    let reader: FileReader
    init(_ reader: consuming FileReader) { self.reader = reader }
  }

  init(_ file: consuming FileReader) { self.file = OpenFile(file) }

  /// Reads the whole records that the file has grown by; its header too, once it is there.
  ///
  /// - Complexity: one system call when the file has not grown.
  mutating func readNews(_ dump: inout JITDump) throws(JITDump.Failure) {
    let now = (try? file.reader.status().size) ?? 0
    guard now != size || offset == 0, !isClosed else { return }
    size = now
    // What was read past the last whole record may have been written to since.
    window = []
    windowStart = 0
    if offset == 0 { try readHeader(&dump) }
    readRecords(&dump)
  }

  /// Bytes at an absolute offset; kept in a window, as records are small.
  private mutating func bytes(at start: UInt64, count: UInt64) throws(BinaryReadingError) -> ArraySlice<UInt8> {
    if start < windowStart || start + count > windowStart + UInt64(window.count) {
      window = try file.reader.read(at: start, count: max(count, min(Self.windowSize, size - min(start, size))))
      windowStart = start
    }
    let first = Int(start - windowStart)
    return window[first..<first + Int(count)]
  }

  private mutating func readHeader(_ dump: inout JITDump) throws(JITDump.Failure) {
    // Just begun, or its writer was stopped before it wrote anything: a dump without code.
    if size < 40, try isBeginning() { return }
    guard size >= 40 else { throw .notJITDump }
    let magic: UInt32
    let end: UInt64
    do throws(BinaryReadingError) {
      let header = Array(try bytes(at: 0, count: 40))
      magic = try header.rawSpan.load(at: 0)
      // JITDUMP_FLAGS_ARCH_TIMESTAMP
      dump.hasComparableTimes = try header.rawSpan.load(at: 32, as: UInt64.self) & 1 == 0
      end = max(40, UInt64(try header.rawSpan.load(at: 8, as: UInt32.self)))
    } catch { throw .reading(error) }
    guard magic == 0x4A69_5444 else { throw .notJITDump }
    offset = end
  }

  /// Whether all that is there yet is the beginning of a header.
  private mutating func isBeginning() throws(JITDump.Failure) -> Bool {
    let magic: [UInt8] = [0x44, 0x54, 0x69, 0x4A]
    do throws(BinaryReadingError) {
      let start = try bytes(at: 0, count: min(size, 4))
      return start.elementsEqual(magic.prefix(start.count)) || start.allSatisfy { $0 == 0 }
    } catch { throw .reading(error) }
  }

  /// Stops before a record that is not whole: it is still being written, or its writer was killed over it. Only a length
  /// that no record has, or an unknown kind of record that reaches past the file's end, is damage.
  private mutating func readRecords(_ dump: inout JITDump) {
    guard offset > 0 else { return }
    for _ in 0..<Self.recordLimit where offset + 16 <= size {
      do throws(BinaryReadingError) {
        let header = Array(try bytes(at: offset, count: 16))
        let id: UInt32 = try header.rawSpan.load(at: 0)
        let length = UInt64(try header.rawSpan.load(at: 4, as: UInt32.self))
        let time: UInt64 = try header.rawSpan.load(at: 8)
        guard length >= 16, length <= size - offset else {
          // Space that the writer has made room for, and not used yet, is zero.
          let isUnfinished = (id == 0 && length == 0 && time == 0) || (length >= 16 && id <= Self.lastKind)
          if !isUnfinished {
            dump.malformedRecords += 1
            isClosed = true
          }
          return
        }
        let start = offset + 16
        offset += length
        if id == 3 {  // JIT_CODE_CLOSE
          isClosed = true
          return
        }
        try readBody(id, at: start, length: length - 16, time: time, &dump)
      } catch {
        // The next record's place is known all the same.
        dump.malformedRecords += 1
      }
    }
  }

  private mutating func readBody(
    _ id: UInt32, at start: UInt64, length: UInt64, time: UInt64, _ dump: inout JITDump
  ) throws(BinaryReadingError) {
    switch id {
    case 0: try readLoad(Array(try bytes(at: start, count: min(length, 40 + UInt64(Self.nameLimit)))), time, &dump)
    case 1: try readMove(Array(try bytes(at: start, count: min(length, 48))), time, &dump)
    case 2: try readLines(Array(try bytes(at: start, count: min(length, Self.bodyLimit))), &dump)
    case 4: try readUnwinding(at: start, length: length)
    default: break
    }
  }

  /// unwind_data_size, eh_frame_hdr_size, mapped_size; then that many bytes: `.eh_frame`, and its header, which is left.
  private mutating func readUnwinding(at start: UInt64, length: UInt64) throws(BinaryReadingError) {
    pendingUnwinding = []
    let head = Array(try bytes(at: start, count: min(length, 24)))
    let size: UInt64 = try head.rawSpan.load(at: 0)
    let header: UInt64 = try head.rawSpan.load(at: 8)
    // Bytes that are not in the file lie in the process.
    guard header <= size, size <= length - 24 else {
      throw .truncated(offset: 24, count: Int(clamping: size), available: Int(clamping: length - 24))
    }
    let count = size - header
    guard count <= Self.unwindingLimit, unwindingBytes + count <= Self.unwindingTotalLimit else { return }
    unwindingBytes += count
    pendingUnwinding = Array(try bytes(at: start + 24, count: count))
  }

  /// pid, tid, vma, code_addr, code_size, code_index, name, code
  private mutating func readLoad(_ body: [UInt8], _ time: UInt64, _ dump: inout JITDump) throws(BinaryReadingError) {
    let start: UInt64 = try body.rawSpan.load(at: 16)
    let size: UInt64 = try body.rawSpan.load(at: 24)
    let index: UInt64 = try body.rawSpan.load(at: 32)
    let name = try body.rawSpan.cString(at: 40)
    var lines = dump.lines.count..<dump.lines.count
    if let pending, pending.address == start {
      dump.lines += Self.checked(pending.lines, size: size, writer: name, &dump.malformedRecords)
      lines = lines.lowerBound..<dump.lines.count
    }
    pending = nil
    let unwinding = pendingUnwinding
    pendingUnwinding = []
    let (end, overflow) = start.addingReportingOverflow(size)
    guard !overflow, size > 0 else { return dump.malformedRecords += 1 }
    codeOf[index] = dump.codes.count
    dump.codes.append(
      JITDump.Code(
        start: start, end: end, time: time, name: intern(name, &dump), lines: lines, unwinding: unwinding))
  }

  /// Lines in order of their offset; none when one lies outside of the code, as in Node.js 20, which writes the memory of
  /// an object in place of the file's name.
  private static func checked(
    _ lines: [JITDump.Line], size: UInt64, writer name: String, _ malformed: inout Int
  ) -> [JITDump.Line] {
    // V8 counts from the header of the ELF file that `perf inject` will write.
    let isV8 = V8Name.isWritten(name)
    let skipped: UInt64 = isV8 && lines.allSatisfy { $0.offset >= 64 } ? 64 : 0
    guard lines.allSatisfy({ $0.offset - skipped <= size }) else {
      malformed += 1
      return []
    }
    return lines.map { JITDump.Line(offset: $0.offset - skipped, file: $0.file, line: $0.line) }
      .sorted { $0.offset < $1.offset }
  }

  /// pid, tid, vma, old_code_addr, new_code_addr, code_size, code_index
  private mutating func readMove(_ body: [UInt8], _ time: UInt64, _ dump: inout JITDump) throws(BinaryReadingError) {
    let start: UInt64 = try body.rawSpan.load(at: 24)
    let size: UInt64 = try body.rawSpan.load(at: 32)
    let index: UInt64 = try body.rawSpan.load(at: 40)
    let (end, overflow) = start.addingReportingOverflow(size)
    guard !overflow, size > 0, let known = codeOf[index] else { return dump.malformedRecords += 1 }
    var code = dump.codes[known]
    (code.start, code.end, code.time) = (start, end, time)
    dump.codes.append(code)
  }

  /// code_addr, nr_entry; for each entry: address, line, discriminator, file name; "\xff" repeats the last name.
  private mutating func readLines(_ body: [UInt8], _ dump: inout JITDump) throws(BinaryReadingError) {
    let start: UInt64 = try body.rawSpan.load(at: 0)
    let count: UInt64 = try body.rawSpan.load(at: 8)
    var position = 16
    var lines: [JITDump.Line] = []
    var file: Int32 = -1
    for _ in 0..<min(count, UInt64(body.count) / 17) {
      let address: UInt64 = try body.rawSpan.load(at: position)
      let line: UInt32 = try body.rawSpan.load(at: position + 8)
      let nameStart = position + 16
      guard let nameEnd = body[min(nameStart, body.count)...].firstIndex(of: 0) else { break }
      if body[nameStart..<nameEnd] != [0xFF] {
        file = internFile(String(decoding: body[nameStart..<nameEnd], as: UTF8.self), &dump)
      }
      if file >= 0, address >= start { lines.append(JITDump.Line(offset: address - start, file: file, line: line)) }
      position = nameEnd + 1
    }
    pending = (start, lines)
  }

  private mutating func intern(_ name: String, _ dump: inout JITDump) -> Int32 {
    if let known = nameOf[name] { return known }
    let position = Int32(truncatingIfNeeded: dump.names.count)
    dump.names.append(name)
    nameOf[name] = position
    return position
  }

  private mutating func internFile(_ name: String, _ dump: inout JITDump) -> Int32 {
    if let known = fileOf[name] { return known }
    let position = Int32(truncatingIfNeeded: dump.files.count)
    dump.files.append(name)
    fileOf[name] = position
    return position
  }
}
