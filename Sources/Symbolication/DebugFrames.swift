import ELF

/// What DWARF tells of a set of addresses: chains of inlined functions, files and lines.
///
/// Names and files are kept once; an entry is 12 bytes.
struct DebugFrames {
  /// A function that an address lies in, and the place in it.
  struct Entry: Hashable {
    /// Position in `names`; -1 for none.
    var name: Int32
    /// Position in `files`; -1 for none.
    var file: Int32
    /// 0 for none.
    var line: UInt32
  }

  /// Linkage names, or plain names for languages without.
  var names: [String] = []
  /// Source files.
  var files: [String] = []
  /// For each address its entries, innermost first; empty where DWARF knows nothing of it.
  var chains: [[Entry]]

  /// The entries of the address at `index`; nil for none.
  func chain(at index: Int) -> [Entry]? {
    chains[index].isEmpty ? nil : chains[index]
  }

  /// The file of an entry.
  func file(of entry: Entry) -> String? {
    entry.file < 0 ? nil : files[Int(entry.file)]
  }

  /// Reads what the debug information of `image` tells of `addresses`, which are ascending; nil when it can't be opened.
  ///
  /// - Parameter rootFolder: Put before the image's path to find a package of split units beside it.
  static func read(
    _ image: ELFImage, alternate: ELFImage?, addresses: [UInt64], rootFolder: String = ""
  ) -> DebugFrames? {
    guard var information = DebugInformation(image, alternate: alternate) else { return nil }
    // An entry takes more than two bytes, and is visited twice at most. Split units lie in other files.
    let size = image.sections.reduce(0) { $1.name.hasPrefix(".debug_info") ? max($0, $1.size) : $0 }
    let isSplit = image.section(named: ".debug_addr") != nil
    var reader = DebugFrameReader(
      addresses: addresses, budget: Int(clamping: size) + (isSplit ? 50_000_000 : 200_000))
    if isSplit, let package = SplitPackage(beside: image, rootFolder: rootFolder) {
      information.open(package) { reader.holds($0) }
    }
    information.forEachUnit { unit in reader.read(unit) }
    return reader.frames
  }
}
