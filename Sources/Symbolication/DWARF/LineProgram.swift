import BinaryReading

/// Instructions of a line program that change what is looked at here (DWARF 5, section 7.22, table 7.25).
private enum LineOpcode: UInt8 {
  /// An `ExtendedLineOpcode` follows its length.
  case extended = 0
  /// `DW_LNS_copy`
  case copy = 1
  /// `DW_LNS_advance_pc`
  case advancePC = 2
  /// `DW_LNS_advance_line`
  case advanceLine = 3
  /// `DW_LNS_set_file`
  case setFile = 4
  /// `DW_LNS_const_add_pc`
  case addConstantPC = 8
  /// `DW_LNS_fixed_advance_pc`
  case fixedAdvancePC = 9
}

/// Instructions behind a zero and a length (DWARF 5, section 7.22, table 7.26).
private enum ExtendedLineOpcode: UInt8 {
  /// `DW_LNE_end_sequence`
  case endSequence = 1
  /// `DW_LNE_set_address`
  case setAddress = 2
}

/// Finds the lines of wanted addresses by running a unit's line program once, without keeping its rows
/// (DWARF 5, section 6.2).
struct LineProgram {
  /// Number of a file, in the program's own count, and a line.
  struct Row {
    var file: UInt32
    /// 0 for none.
    var line: UInt32
    static let none = Row(file: .max, line: 0)
  }

  let files: LineFiles
  /// Bytes of the program and its header.
  var size: Int { bytes.count }
  private let bytes: [UInt8]
  private let start: Int
  private let instructionLength: UInt64
  private let lineBase: Int8
  private let lineRange: UInt8
  private let operandCounts: [UInt8]

  /// The program at `offset` of `.debug_line`; nil when there is none or its header is damaged.
  init?(at offset: Int, _ sections: DebugSections, folder: String) {
    let head = sections.lines.bytes(at: offset, 12)
    guard let (length, size) = try? Self.length(head.rawSpan),
      let program = try? LineProgram(sections.lines.bytes(at: offset, size + length), lengthSize: size, folder: folder)
    else { return nil }
    self = program
  }

  private init(_ bytes: [UInt8], lengthSize: Int, folder: String) throws(BinaryReadingError) {
    var cursor = ByteCursor(bytes.rawSpan)
    try cursor.skip(lengthSize)
    let version: UInt16 = try cursor.read()
    guard version >= 2, version <= 5 else { throw .overlongNumber(offset: lengthSize) }
    if version == 5 { try cursor.skip(2) }
    let is64 = lengthSize == 12
    let headerLength = is64 ? try cursor.read() : UInt64(try cursor.read(UInt32.self))
    start = cursor.offset &+ Int(clamping: headerLength)
    instructionLength = UInt64(try cursor.read(UInt8.self))
    try cursor.skip(version >= 4 ? 2 : 1)  // operations of an instruction, default of is_stmt
    lineBase = try cursor.read()
    lineRange = try cursor.read()
    let base: UInt8 = try cursor.read()
    guard lineRange > 0, base > 0 else { throw .overlongNumber(offset: cursor.offset) }
    var counts: [UInt8] = [0]
    for _ in 1..<base { counts.append(try cursor.read()) }
    operandCounts = counts
    files = try LineFiles(&cursor, version: version, is64: is64, folder: folder)
    self.bytes = bytes
  }

  private static func length(_ bytes: RawSpan) throws(BinaryReadingError) -> (length: Int, size: Int) {
    let short: UInt32 = try bytes.load(at: 0)
    guard short == 0xFFFF_FFFF else { return (Int(short), 4) }
    return (Int(clamping: min(try bytes.load(at: 4, as: UInt64.self), 1 << 40)), 12)
  }

  /// Writes to `rows` what the program says of `addresses[range]`, which are ascending; the first row that covers one
  /// counts.
  func run(_ addresses: [UInt64], in range: Range<Int>, into rows: inout [Row], work: inout Int) {
    guard let first = range.first else { return }
    var search = Search(addresses: addresses, range: range, next: first)
    // A damaged program ends where it can't be read on.
    _ = try? run(&search, &rows, &work)
  }

  private func run(_ search: inout Search, _ rows: inout [Row], _ work: inout Int) throws(BinaryReadingError) {
    var cursor = ByteCursor(bytes.rawSpan)
    try cursor.seek(to: start)
    var (address, line): (UInt64, UInt64) = (0, 1)
    var file: UInt64 = 1
    let base = UInt8(truncatingIfNeeded: operandCounts.count)
    let constant = UInt64((255 - base) / lineRange) &* instructionLength
    while cursor.remaining > 0, work > 0 {
      work -= 1
      let code: UInt8 = try cursor.read()
      if code >= base {
        let step = code - base
        address &+= UInt64(step / lineRange) &* instructionLength
        line &+= UInt64(bitPattern: Int64(lineBase) + Int64(step % lineRange))
        search.take(address, file, line, &rows)
        continue
      }
      switch LineOpcode(rawValue: code) {
      case .extended:
        let length = Int(clamping: try cursor.readULEB128())
        let end = cursor.offset &+ length
        guard length > 0 else { continue }
        switch ExtendedLineOpcode(rawValue: try cursor.read()) {
        case .endSequence:
          search.end(address, &rows)
          (address, line, file) = (0, 1, 1)
        case .setAddress:
          address = length == 9 ? try cursor.read() : UInt64(try cursor.read(UInt32.self))
        case nil: break
        }
        try cursor.seek(to: end)
      case .copy: search.take(address, file, line, &rows)
      case .advancePC: address &+= try cursor.readULEB128() &* instructionLength
      case .advanceLine: line &+= UInt64(bitPattern: try cursor.readSLEB128())
      case .setFile: file = try cursor.readULEB128()
      case .addConstantPC: address &+= constant
      case .fixedAdvancePC: address &+= UInt64(try cursor.read(UInt16.self))
      case nil:
        for _ in 0..<operandCounts[Int(code)] { _ = try cursor.readULEB128() }
      }
    }
  }

  /// Which wanted addresses lie between a row and the next.
  private struct Search {
    let addresses: [UInt64]
    let range: Range<Int>
    /// The first wanted address that isn't below the last row's.
    var next: Int
    var last: (address: UInt64, row: Row)?

    mutating func take(_ address: UInt64, _ file: UInt64, _ line: UInt64, _ rows: inout [Row]) {
      advance(to: address, &rows)
      last = (address, Row(file: UInt32(clamping: file), line: UInt32(truncatingIfNeeded: line)))
    }

    mutating func end(_ address: UInt64, _ rows: inout [Row]) {
      advance(to: address, &rows)
      last = nil
    }

    private mutating func advance(to address: UInt64, _ rows: inout [Row]) {
      guard let last else {
        next = addresses.firstPosition(from: address, in: range)
        return
      }
      // Rows ascend within a sequence; where one doesn't, the search begins anew.
      if address < last.address {
        next = addresses.firstPosition(from: address, in: range)
        return
      }
      while next < range.upperBound, addresses[next] < address {
        if rows[next].file == .max { rows[next] = last.row }
        next += 1
      }
    }
  }
}
