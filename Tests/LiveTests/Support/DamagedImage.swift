import Foundation
import Testing

/// A program's file whose parts can be made to lie; deliberately not perfprof's own reader.
struct DamagedImage {
  /// The file.
  var bytes: [UInt8]

  /// The file at `path`.
  init(_ path: String) throws { bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  /// The number at `position` (little-endian).
  func number<T: FixedWidthInteger>(at position: Int, as type: T.Type = T.self) -> T {
    (0..<T.bitWidth / 8).reduce(0) { $0 | T(truncatingIfNeeded: bytes[position + $1]) << T(8 * $1) }
  }

  /// Puts a number at `position`.
  mutating func put<T: FixedWidthInteger>(_ value: T, at position: Int) {
    for index in 0..<T.bitWidth / 8 { bytes[position + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }

  /// Where the header of the section of this name lies (`Elf64_Shdr`).
  func header(_ name: String) throws -> Int {
    let table = Int(number(at: 40, as: UInt64.self))
    let count = Int(number(at: 60, as: UInt16.self))
    let names = Int(number(at: table + 64 * Int(number(at: 62, as: UInt16.self)) + 24, as: UInt64.self))
    let found = (0..<count).map { table + 64 * $0 }.first { header in
      let start = names + Int(number(at: header, as: UInt32.self))
      return bytes[start...].starts(with: Array(name.utf8) + [0])
    }
    return try #require(found, "there is no section \(name)")
  }

  /// Where a section's bytes lie.
  func contents(_ name: String) throws -> Range<Int> {
    let header = try header(name)
    let start = Int(number(at: header + 24, as: UInt64.self))
    return start..<start + Int(number(at: header + 32, as: UInt64.self))
  }

  /// Says another size of a section.
  mutating func resize(_ name: String, to size: UInt64) throws { put(size, at: try header(name) + 32) }

  /// Gives a section other contents, behind all else.
  mutating func replace(_ name: String, by contents: [UInt8]) throws {
    let header = try header(name)
    put(UInt64(bytes.count), at: header + 24)
    put(UInt64(contents.count), at: header + 32)
    bytes += contents
  }

  /// Where the last part that the program needs in memory ends.
  var loadedEnd: Int {
    let table = Int(number(at: 32, as: UInt64.self))
    return (0..<Int(number(at: 56, as: UInt16.self))).map { table + 56 * $0 }
      .filter { number(at: $0, as: UInt32.self) == 1 }
      .map { Int(number(at: $0 + 8, as: UInt64.self) + number(at: $0 + 32, as: UInt64.self)) }.max() ?? 0
  }

  /// Writes it as a program.
  func write(to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    chmod(path, 0o755)
  }
}
