import BinaryReading

/// Why a file, or a part of it, can't be read as an ELF image.
package enum ELFError: Error, Hashable, Sendable {
  /// The bytes could not be had, or end too early.
  case reading(path: String, BinaryReadingError)
  /// The file does not begin as an ELF file does.
  case notELF(path: String)
  /// An ELF file of another word size or byte order; the two bytes of `e_ident` that say so.
  case unsupportedFormat(path: String, fileClass: UInt8, dataEncoding: UInt8)
  /// A value in the header of `part` contradicts the format or the file's size.
  case malformed(path: String, part: String, value: UInt64)
  /// `part` wants to be larger than this program is willing to hold.
  case overLimit(path: String, part: String, value: UInt64, limit: UInt64)
  /// The section takes up no bytes of this file (`SHT_NOBITS`, as in separate debug files).
  case noContents(path: String, section: String)
  /// A compressed section uses a method that is not supported (`ch_type`).
  case unsupportedCompression(path: String, section: String, method: UInt32)
  /// zlib refused a compressed section, or it holds another number of bytes than it states.
  case badCompression(path: String, section: String)
  /// No segment of the file holds these stated addresses.
  case addressNotInFile(path: String, address: UInt64, count: UInt64)
  /// The file found at `path` is not the one that the process has mapped.
  case otherFile(path: String)
  /// The file found at `path` was written to after it was mapped: what was mapped is gone.
  case rewritten(path: String)
  /// Nothing that can be opened stands behind the mapping.
  case noImage(path: String)
}

extension ELFError: CustomStringConvertible {
  /// What is wrong, without the path.
  package var description: String {
    switch self {
    case .reading(_, let error): "\(error)"
    case .notELF: "it is no ELF file"
    case .unsupportedFormat(_, let fileClass, let encoding): "ELF class \(fileClass), byte order \(encoding)"
    case .malformed(_, let part, let value): "\(part) has the impossible value \(value)"
    case .overLimit(_, let part, let value, let limit): "\(part) states \(value), more than \(limit)"
    case .noContents(_, let section): "\(section) is not in this file"
    case .unsupportedCompression(_, let section, let method): "\(section) is compressed by unknown method \(method)"
    case .badCompression(_, let section): "\(section) can't be decompressed"
    case .addressNotInFile(_, let address, let count):
      "no segment holds \(count) bytes at 0x\(String(address, radix: 16))"
    case .otherFile(let path): "\(path) is not the file that is mapped"
    case .rewritten(let path): "\(path) was written to after it was mapped"
    case .noImage: "there is no file that can be opened"
    }
  }
}
