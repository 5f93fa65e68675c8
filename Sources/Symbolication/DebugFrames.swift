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

  /// What of the debug information was not read; nil when all was.
  var damage: DebugDamage?

  /// Reads what the debug information of `image` tells of `addresses`, which are ascending.
  ///
  /// - Parameter rootFolder: Put before the image's path to find a package of split units beside it.
  static func read(
    _ image: ELFImage, alternate: ELFImage?, addresses: [UInt64], rootFolder: String = ""
  ) -> DebugFrames {
    do throws(DebugDamage) {
      var information = try DebugInformation(image, alternate: alternate)
      var reader = DebugFrameReader(addresses: addresses, budget: DebugBudget(bytes: try image.debugSize()))
      if image.section(named: ".debug_addr") != nil,
        let package = SplitPackage(beside: image, rootFolder: rootFolder)
      {
        try information.open(package) { reader.holds($0) }
      }
      information.forEachUnit { reader.read($0, of: information) }
      return reader.frames
    } catch { return DebugFrames(chains: Array(repeating: [], count: addresses.count), damage: error) }
  }
}
