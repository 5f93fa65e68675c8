import BinaryReading
import ELF
import ProfileModel

@testable import Unwinding

/// Function names of a program, from its `.symtab`.
struct Symbols {
  private var functions: [(start: UInt64, end: UInt64, name: String)] = []

  init(path: String) throws {
    let image = try ELFImage(file: FileReader(path: path))
    guard let table = image.section(named: ".symtab"), let names = image.section(named: ".strtab") else { return }
    let entries = try image.contents(of: table)
    let strings = try image.contents(of: names)
    let isWide = image.addressSize == .wide
    func number(at offset: Int) throws -> UInt64 {
      isWide ? try entries.rawSpan.load(at: offset) : UInt64(try entries.rawSpan.load(at: offset, as: UInt32.self))
    }
    for base in stride(from: 0, to: entries.count, by: isWide ? 24 : 16) {
      let info: UInt8 = try entries.rawSpan.load(at: base + (isWide ? 4 : 12))
      guard info & 15 == 2 else { continue }
      let name = try strings.rawSpan.cString(at: Int(try entries.rawSpan.load(at: base, as: UInt32.self)))
      let start = try number(at: base + (isWide ? 8 : 4))
      let size = try number(at: base + (isWide ? 16 : 8))
      functions.append((start, start + size, name))
    }
  }

  /// The function at a stated address.
  func name(_ address: UInt64) -> String? {
    functions.first { address >= $0.start && address < $0.end }?.name
  }

  /// Names of the program's own functions in a chain, leaf first, with repetitions of one function left out.
  func names(in chain: Chain, module: UInt32) -> [String] {
    var names: [String] = []
    for frame in chain.frames where frame.module == module {
      let name = name(frame.statedLookupAddress) ?? "?"
      if names.last != name { names.append(name) }
    }
    return names
  }
}
