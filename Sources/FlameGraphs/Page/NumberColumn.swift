/// A column of numbers in the making: seven bits a byte, low ones first, the highest bit set where more follow (LEB128).
struct NumberColumn {
  private(set) var bytes: [UInt8] = []
  private(set) var count = 0

  /// Adds a number.
  mutating func append(_ number: UInt64) {
    count += 1
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Adds a number that fits.
  mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) { append(UInt64(number)) }

  /// Adds a number that may be negative: twice its size, less one where it is.
  mutating func append(signed number: Int64) { append(UInt64(bitPattern: number << 1 ^ number >> 63)) }
}
