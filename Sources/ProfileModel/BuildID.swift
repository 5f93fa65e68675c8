/// The identity of a binary: the descriptor of its `NT_GNU_BUILD_ID` note, 1 to 64 bytes.
public struct BuildID: Hashable, Sendable, CustomStringConvertible {
  /// The raw bytes.
  public var bytes: [UInt8]

  /// A build ID of these bytes; nil when there are none or more than 64.
  public init?(_ bytes: [UInt8]) {
    guard !bytes.isEmpty, bytes.count <= 64 else { return nil }
    self.bytes = bytes
  }

  /// Reads lower- or upper-case hexadecimal digits; nil for anything else.
  public init?(hexadecimal text: some StringProtocol) {
    let digits = text.utf8.map { byte -> UInt8? in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
      default: nil
      }
    }
    guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
    let nibbles = digits.compactMap(\.self)
    self.init(stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] })
  }

  /// Lower-case hexadecimal.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
