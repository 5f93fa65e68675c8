import ELF

/// What DWARF tells of a set of addresses: chains of inlined functions, files and lines.
struct DebugFrames {
  /// A function that an address lies in.
  struct Entry: Hashable {
    var name: Int32
    var file: Int32
    var line: UInt32
  }

  func chain(at index: Int) -> [Entry]? { nil }
  var names: [String] { [] }
  func file(of entry: Entry) -> String? { nil }

  static func read(_ image: ELFImage, alternate: ELFImage?, addresses: [UInt64]) -> DebugFrames? { nil }
}
