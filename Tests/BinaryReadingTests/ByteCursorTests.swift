import BinaryReading
import Testing

@Suite struct ByteCursorTests {
  @Test func readsLittleEndianValuesInOrder() throws {
    let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7]
    var cursor = ByteCursor(bytes.rawSpan)
    #expect(try cursor.read(UInt8.self) == 1)
    #expect(try cursor.read(UInt16.self) == 0x0302)
    #expect(try cursor.read(UInt32.self) == 0x0706_0504)
    let isAtEnd = cursor.isAtEnd
    #expect(isAtEnd)
  }

  @Test func throwsPastTheEndAndStaysWhereItWas() throws {
    let bytes: [UInt8] = [1, 2, 3]
    var cursor = ByteCursor(bytes.rawSpan)
    try cursor.skip(1)
    var failure: BinaryReadingError?
    do { _ = try cursor.read(UInt32.self) } catch { failure = error }
    #expect(failure == .truncated(offset: 1, count: 4, available: 2))
    let offset = cursor.offset
    #expect(offset == 1)
  }

  @Test(
    arguments: [
      ([0x02], 2, 2), ([0x7F], 127, -1), ([0x80, 0x01], 128, 128), ([0xE5, 0x8E, 0x26], 624_485, 624_485),
      ([0x80, 0x7F], 16_256, -128),
    ] as [([UInt8], UInt64, Int64)])
  func readsLEB128(bytes: [UInt8], unsigned: UInt64, signed: Int64) throws {
    var first = ByteCursor(bytes.rawSpan)
    var second = ByteCursor(bytes.rawSpan)
    #expect(try first.readULEB128() == unsigned)
    #expect(try second.readSLEB128() == signed)
  }

  @Test func refusesNumbersPast64Bits() {
    let bytes = [UInt8](repeating: 0xFF, count: 10) + [0x01]
    var cursor = ByteCursor(bytes.rawSpan)
    var failure: BinaryReadingError?
    do { _ = try cursor.readULEB128() } catch { failure = error }
    #expect(failure == .overlongNumber(offset: 0))
  }

  @Test func readsStringsUpToTheirZero() throws {
    let bytes: [UInt8] = Array("main".utf8) + [0, 0x41]
    var cursor = ByteCursor(bytes.rawSpan)
    #expect(try cursor.readCString() == "main")
    var failure: BinaryReadingError?
    do { _ = try cursor.readCString() } catch { failure = error }
    #expect(failure == .unterminatedString(offset: 5))
  }
}
