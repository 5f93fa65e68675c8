import BinaryReading
import ELF
import Foundation
import Testing

@testable import Symbolication

/// Blocks of memory by address, some of which change while they are read.
private struct Blocks: BoundedMemory {
  var blocks: [UInt64: [UInt8]] = [:]
  /// The blocks from the read with this number on.
  var later: (count: Int, blocks: [UInt64: [UInt8]])?
  var readCount = 0

  mutating func bytes(at address: UInt64, count: UInt64) -> [UInt8]? {
    readCount += 1
    var current = blocks
    if let later, readCount >= later.count { current = later.blocks }
    for (start, bytes) in current where address >= start && address - start < UInt64(bytes.count) {
      let offset = Int(address - start)
      return count <= UInt64(bytes.count - offset) ? Array(bytes[offset..<offset + Int(count)]) : nil
    }
    return nil
  }
}

private func little<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

private func bytes(_ values: any FixedWidthInteger...) -> [UInt8] {
  var result: [UInt8] = []
  for value in values { result += little(value) }
  return result
}

private func descriptor(first: UInt64) -> [UInt8] { bytes(UInt32(1), UInt32(0), UInt64(0), first) }

private func entry(next: UInt64, address: UInt64, size: UInt64) -> [UInt8] { bytes(next, UInt64(0), address, size) }

/// A CIE, an FDE of 32 bytes from 0x5000 on with absolute addresses, and the end.
private let description: [UInt8] =
  bytes(UInt32(0x14), UInt32(0)) + [1] + Array("zR".utf8) + [0, 1, 0x78, 0x10, 1, 0, 0x0C, 7, 8, 0x90, 1, 0, 0]
  + bytes(UInt32(0x18), UInt32(0x1C), UInt64(0x5000), UInt64(32)) + [0, 0x0E, 16, 0] + bytes(UInt32(0))

@Suite struct JITDebugListTests {
  private let file = [UInt8](repeating: 7, count: 64)

  @Test func `files are found in the order of the list`() {
    var memory = Blocks(blocks: [
      0x1000: descriptor(first: 0x2000), 0x2000: entry(next: 0x3000, address: 0x8000, size: 64),
      0x3000: entry(next: 0, address: 0x9000, size: 64), 0x8000: file, 0x9000: file,
    ])
    let list = JITDebugList.read(descriptor: 0x1000, &memory)
    #expect(list.files.map(\.place.address) == [0x8000, 0x9000])
    #expect(list.files.map(\.place.entry) == [0x2000, 0x3000])
    #expect(list.isWhole)
  }

  @Test func `a list that leads back ends, and is not whole`() {
    var memory = Blocks(blocks: [
      0x1000: descriptor(first: 0x2000), 0x2000: entry(next: 0x3000, address: 0x8000, size: 64),
      0x3000: entry(next: 0x2000, address: 0x8000, size: 64), 0x8000: file,
    ])
    let list = JITDebugList.read(descriptor: 0x1000, &memory)
    #expect(list.files.count == 2)
    #expect(!list.isWhole)
    #expect(memory.readCount < 16)
  }

  @Test func `sizes and addresses that can't be are passed over`() {
    var memory = Blocks(blocks: [
      0x1000: descriptor(first: 0x2000), 0x2000: entry(next: 0x3000, address: 0x8000, size: 1 << 63),
      0x3000: entry(next: 0x4000, address: .max - 3, size: 64),
      0x4000: entry(next: 0x5000, address: 0xDEAD_0000, size: 64),
      0x5000: entry(next: 0x6000, address: 0x8000, size: 3), 0x6000: entry(next: 0, address: 0x8000, size: 64),
      0x8000: file,
    ])
    let list = JITDebugList.read(descriptor: 0x1000, &memory)
    #expect(list.files.map(\.place.entry) == [0x6000])
    #expect(list.isWhole)
  }

  @Test(arguments: [.max, .max - 7, 0x2001, 0xDEAD_0000, 1 << 63] as [UInt64])
  func `a list that leads nowhere is empty and not whole`(first: UInt64) {
    var memory = Blocks(blocks: [0x1000: descriptor(first: first)])
    let list = JITDebugList.read(descriptor: 0x1000, &memory)
    #expect(list.files.isEmpty)
    #expect(!list.isWhole)
  }

  @Test func `a list without end ends`() {
    var memory = Blocks(blocks: [0x1000: descriptor(first: 0x10000)])
    memory.blocks[0x10000] = (0..<9_000).flatMap { entry(next: 0x10020 + $0 * 32, address: 0, size: 0) }
    let list = JITDebugList.read(descriptor: 0x1000, &memory)
    #expect(!list.isWhole)
    #expect(memory.readCount < 5_000)
  }

  @Test func `another version is not read`() {
    var memory = Blocks(blocks: [0x1000: bytes(UInt32(2), UInt32(0), UInt64(0), UInt64(0x2000))])
    let list = JITDebugList.read(descriptor: 0x1000, &memory)
    #expect(list.files.isEmpty)
  }

  @Test func `a list that changes while it is read is not whole`() {
    let before: [UInt64: [UInt8]] = [
      0x1000: descriptor(first: 0x2000), 0x2000: entry(next: 0, address: 0x8000, size: 64), 0x8000: file,
    ]
    var after = before
    after[0x1000] = descriptor(first: 0x3000)
    var memory = Blocks(blocks: before, later: (3, after))
    let list = JITDebugList.read(descriptor: 0x1000, &memory)
    #expect(list.files.count == 1)
    #expect(!list.isWhole)
  }
}

@Suite struct RegisteredFrameListsTests {
  private func object(_ begin: UInt64, flags: UInt64 = 0x7F8, next: UInt64 = 0) -> [UInt8] {
    bytes(UInt64.max, UInt64(0), UInt64(0), begin, flags, next)
  }

  private func found(_ blocks: [UInt64: [UInt8]]) -> [UInt64] {
    var memory = Blocks(blocks: blocks)
    return RegisteredFrameLists.read(heads: [0x1000..<0x1020], &memory).map(\.place.address)
  }

  @Test func `objects are found behind any of the words`() {
    let page = description + [UInt8](repeating: 0, count: 4_096 - description.count)
    let heads = bytes(UInt64(1), UInt64(0x2000), UInt64(0x9000), UInt64(0))
    #expect(
      found([
        0x1000: heads, 0x2000: object(0x10000, next: 0x3000), 0x3000: object(0x4000, flags: 0x7F9),
        0x4000: bytes(UInt64(0x20000), UInt64(1)), 0x9000: object(0x5000, flags: 0x7FA),
        0x5000: bytes(UInt64(0x30000), UInt64(0x40000), UInt64(0)), 0x10000: page, 0x20000: page, 0x30000: page,
        0x40000: page,
      ]) == [0x10000, 0x20000, 0x30000, 0x40000])
  }

  @Test func `what is no object leads nowhere`() {
    let page = description + [UInt8](repeating: 0, count: 4_096 - description.count)
    func heads(_ object: [UInt8]) -> [UInt64: [UInt8]] {
      [0x1000: bytes(UInt64(0x2000), UInt64(0), UInt64(0), UInt64(0)), 0x2000: object, 0x10000: page]
    }
    #expect(found(heads(object(0x10000))) == [0x10000])
    #expect(found(heads(object(0x10000, flags: 0x1_0000_07F8))).isEmpty)
    #expect(found(heads(object(0x10004))).isEmpty)
    #expect(found(heads(object(0xDEAD_0000))).isEmpty)
    #expect(found(heads(object(.max - 2))).isEmpty)
    // A list that leads back ends.
    #expect(found(heads(object(0x10000, next: 0x2000))) == [0x10000])
    // A length that leads out of memory.
    var long = heads(object(0x10000))
    long[0x10000] = bytes(UInt32(0xFFFF_FFF0), UInt32(0), UInt64(1)) + page.dropFirst(16)
    #expect(found(long).isEmpty)
  }

  @Test func `libgcc has a small area to search`() throws {
    let path = "/lib/x86_64-linux-gnu/libgcc_s.so.1"
    guard FileManager.default.fileExists(atPath: path) else { return }
    let points = RegistrationPoints(try ELFImage(file: try FileReader(path: path)))
    #expect(points.descriptor == nil)
    #expect(points.heads.count == 1)
  }
}

@Suite struct JITSymbolFileTests {
  /// An ELF file with `.text` at `text`, `.eh_frame`, perhaps relocations for it, and a symbol `f` of 32 bytes.
  private func file(type: UInt16, text: UInt64, start: UInt64, relocation: UInt32? = nil) -> [UInt8] {
    var frames = description
    for byte in 0..<8 { frames[32 + byte] = UInt8(truncatingIfNeeded: start >> UInt64(8 * byte)) }
    var symbols = [UInt8](repeating: 0, count: 24)
    symbols += bytes(UInt32(1), UInt8(0x12), UInt8(0), UInt16(1), type == 1 ? UInt64(0) : text, UInt64(32))
    let strings = Array("\0f\0.text\0.eh_frame\0.symtab\0.strtab\0.rela.eh_frame\0".utf8)
    let relocations = bytes(UInt64(32), UInt64(1) << 32 | UInt64(relocation ?? 0), UInt64(0))
    var content: [UInt8] = []
    var headers = [UInt8](repeating: 0, count: 64)
    func section(
      name: UInt32, type: UInt32, flags: UInt64, address: UInt64, _ stored: [UInt8], link: UInt32, info: UInt32
    ) {
      headers += bytes(name, type, flags, address, UInt64(64 + content.count), UInt64(stored.count), link)
      headers += bytes(info, UInt64(8), UInt64(24))
      content += stored + [UInt8](repeating: 0, count: (8 - stored.count % 8) % 8)
    }
    section(name: 3, type: 1, flags: 6, address: text, [UInt8](repeating: 0x90, count: 64), link: 0, info: 0)
    section(name: 9, type: 1, flags: 2, address: 0x9000, frames, link: 0, info: 0)
    section(name: 19, type: 2, flags: 0, address: 0, symbols, link: 4, info: 0)
    section(name: 27, type: 3, flags: 0, address: 0, strings, link: 0, info: 0)
    if relocation != nil { section(name: 35, type: 4, flags: 0, address: 0, relocations, link: 3, info: 2) }
    let count = UInt16(headers.count / 64)
    var header: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    header += bytes(type, UInt16(62), UInt32(1), UInt64(0), UInt64(0), UInt64(64 + content.count), UInt32(0))
    header += bytes(UInt16(64), UInt16(0), UInt16(0), UInt16(64), count, UInt16(4))
    return header + content + headers
  }

  private func start(_ object: RegisteredObject?) -> UInt64? {
    guard let frames = object?.sections.ehFrame else { return nil }
    return try? frames.rawSpan.load(at: 32)
  }

  #if arch(x86_64)
    @Test func `a file at its addresses is taken as it is`() {
      let object = JITSymbolFile.object(file(type: 2, text: 0x5000, start: 0x5000))
      #expect(object?.functions == [.init(range: 0x5000..<0x5020, name: "f")])
      #expect(start(object) == 0x5000)
      #expect(object?.sections.ehFrameAddress == 0x9000)
    }

    @Test func `an object file is relocated to where its sections lie`() {
      let object = JITSymbolFile.object(file(type: 1, text: 0x7000, start: 0, relocation: 1))
      #expect(object?.functions == [.init(range: 0x7000..<0x7020, name: "f")])
      #expect(start(object) == 0x7000)
      // Relative to its own place, 0x9020.
      #expect(start(JITSymbolFile.object(file(type: 1, text: 0x7000, start: 0, relocation: 24))) == 0 &- 0x2020)
      let narrow = JITSymbolFile.object(file(type: 1, text: 0x7000, start: 0, relocation: 2))
      #expect(start(narrow) == 0xFFFF_DFE0)
    }

    @Test func `a relocation that is not known takes the unwind information away`() {
      let object = JITSymbolFile.object(file(type: 1, text: 0x7000, start: 0, relocation: 99))
      #expect(object?.functions.count == 1)
      #expect(object?.sections.ehFrame == nil)
      // Too far for 32 bits.
      let far = JITSymbolFile.object(file(type: 1, text: 0x7F00_0000_0000, start: 0, relocation: 2))
      #expect(far?.sections.ehFrame == nil)
    }

    @Test func `garbage is no object`() {
      #expect(JITSymbolFile.object([]) == nil)
      #expect(JITSymbolFile.object([UInt8](repeating: 0, count: 4_096)) == nil)
      let whole = file(type: 1, text: 0x7000, start: 0, relocation: 1)
      var generator = SystemRandomNumberGenerator()
      for _ in 0..<2_000 {
        var damaged = whole
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
          damaged[Int.random(in: 0..<damaged.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        _ = JITSymbolFile.object(damaged)
        _ = JITSymbolFile.object(Array(damaged.prefix(Int.random(in: 0...damaged.count, using: &generator))))
      }
    }
  #endif
}

@Suite struct RegisteredNamesTests {
  @Test func `an address has the name that it had at the time`() {
    var names = RegisteredNames()
    let occupants = ["f", "g", "f"].map { names.occupant(of: 0x1000, name: $0) }
    #expect(occupants == [1, 2, 1])
    let symbols = names.symbolize([(0x1000, 0), (0x1000, 1), (0x1000, 2), (0x1000, 3), (0x2000, 1)])
    #expect(symbols.frames.map { $0.first?.name } == [nil, "f", "g", nil, nil])
  }
}
