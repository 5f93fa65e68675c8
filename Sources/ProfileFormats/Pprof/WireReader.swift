import BinaryReading

/// Reads the fields of one message (Protocol Buffers, "Encoding") from untrusted bytes.
struct WireReader: ~Escapable {
  /// What a field holds: a number, or the range of its bytes.
  enum Value {
    case number(UInt64)
    case bytes(Range<Int>)
    /// Of a wire type that no field here has.
    case other
  }

  private let bytes: RawSpan
  private(set) var offset: Int
  private let end: Int

  /// A reader of the message in `range` of `bytes`.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, _ range: Range<Int>) {
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  /// The next field; nil at the message's end.
  @_lifetime(self: copy self)
  mutating func next() throws(ProfileFormatError) -> (number: UInt64, value: Value)? {
    guard offset < end else { return nil }
    let tag = try varint()
    let field = tag >> 3
    guard field != 0 else { throw .badProtobuf }
    switch tag & 7 {
    case 0: return (field, .number(try varint()))
    case 1: return (field, try skip(8))
    case 2:
      guard let length = Int(exactly: try varint()), length <= end - offset else { throw .badProtobuf }
      defer { offset += length }
      return (field, .bytes(offset..<offset + length))
    case 5: return (field, try skip(4))
    default: throw .badProtobuf
    }
  }

  /// A number in base 128; bits past the 64th are dropped, as readers of the format do.
  @_lifetime(self: copy self)
  mutating func varint() throws(ProfileFormatError) -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while offset < end, shift < 70 {
      let byte = bytes.byte(at: offset)
      offset += 1
      if shift < 64 { result |= UInt64(byte & 0x7F) << shift }
      if byte & 0x80 == 0 { return result }
      shift += 7
    }
    throw .badProtobuf
  }

  @_lifetime(self: copy self)
  private mutating func skip(_ count: Int) throws(ProfileFormatError) -> Value {
    guard end - offset >= count else { throw .badProtobuf }
    offset += count
    return .other
  }
}

extension RawSpan {
  /// Appends the numbers of a repeated field, packed or single, to `numbers`.
  func numbers(
    _ value: WireReader.Value, into numbers: inout [UInt64], limit: Int
  ) throws(ProfileFormatError) {
    switch value {
    case .number(let number): numbers.append(number)
    case .bytes(let range):
      var reader = WireReader(self, range)
      while reader.offset < range.upperBound {
        numbers.append(try reader.varint())
        guard numbers.count <= limit else { throw .limitExceeded(what: "numbers in one sample", limit: limit) }
      }
    case .other: throw .badProtobuf
    }
  }
}

extension WireReader.Value {
  /// The number; 0 for anything else, as a field of another kind has.
  var number: UInt64 {
    if case .number(let number) = self { number } else { 0 }
  }
  /// The number as signed.
  var signed: Int64 { Int64(bitPattern: number) }
  /// Where the bytes lie.
  func range() throws(ProfileFormatError) -> Range<Int> {
    guard case .bytes(let range) = self else { throw .badProtobuf }
    return range
  }
}
