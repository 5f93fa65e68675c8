import BinaryReading
import ProfileModel

/// Where the fields of headers and tables stand, by the class of the file (gABI, chapters 4 and 5: `Elf32_*`, `Elf64_*`).
extension AddressSize {
  /// `e_ehsize`.
  var fileHeaderSize: UInt64 { self == .wide ? 64 : 52 }
  /// `e_phentsize`.
  var segmentHeaderSize: UInt64 { self == .wide ? 56 : 32 }
  /// `e_shentsize`.
  var sectionHeaderSize: UInt64 { self == .wide ? 64 : 40 }
  /// Where `e_shoff` stands.
  var sectionTableField: Int { self == .wide ? 40 : 32 }
  /// Where `e_phentsize` stands; `e_phnum`, `e_shentsize`, `e_shnum` and `e_shstrndx` follow, 2 bytes each.
  var countFields: Int { self == .wide ? 54 : 42 }
  /// Bytes of `Elf32_Sym` and `Elf64_Sym`.
  package var symbolSize: Int { self == .wide ? 24 : 16 }
}

extension RawSpan {
  /// The address, offset or size that stands at `offset`, 4 or 8 bytes wide.
  func load(at offset: Int, _ size: AddressSize) throws(BinaryReadingError) -> UInt64 {
    size == .wide ? try load(at: offset) : UInt64(try load(at: offset, as: UInt32.self))
  }
}
