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

  /// Linkage names, or plain names for languages without; empty where one can't be read.
  var names: [String] = []
  /// Source files.
  private(set) var files: [String] = []
  private var entries: [Entry] = []
  /// For each name where its function is declared, as far as it is known.
  private var declarations: [(file: Int32, line: UInt32)] = []
  /// For each address where its entries begin in `entries`, and how many they are; none where DWARF knows nothing of it.
  private var places: [(start: Int32, count: Int32)]

  /// Nothing is known of any of `count` addresses.
  init(count: Int) { places = Array(repeating: (0, 0), count: count) }

  /// The entries of the address at `index`, innermost first; nil for none.
  func chain(at index: Int) -> ArraySlice<Entry>? {
    let place = places[index]
    return place.count == 0 ? nil : entries[Int(place.start)..<Int(place.start + place.count)]
  }

  /// Whether the address at `index` has entries.
  func isKnown(at index: Int) -> Bool { places[index].count > 0 }

  /// Gives the address at `index` its entries, innermost first.
  mutating func add(_ chain: [Entry], at index: Int) {
    guard let start = Int32(exactly: entries.count), let count = Int32(exactly: chain.count),
      !start.addingReportingOverflow(count).overflow
    else { return }
    // Neighbors often have the same.
    if index > 0, let before = self.chain(at: index - 1), before.elementsEqual(chain) {
      places[index] = places[index - 1]
      return
    }
    places[index] = (start, count)
    entries += chain
  }

  /// The number of a source file; `known` holds those that have one.
  mutating func number(ofFile path: String, _ known: inout [String: Int32]) -> Int32 {
    if let number = known[path] { return number }
    let number = Int32(truncatingIfNeeded: files.count)
    files.append(path)
    known[path] = number
    return number
  }

  /// The file of an entry.
  func file(of entry: Entry) -> String? {
    entry.file < 0 ? nil : files[Int(entry.file)]
  }

  /// Whether it is known where the function with a name is declared; true for no name.
  func hasDeclaration(of name: Int32) -> Bool {
    name < 0 || (Int(name) < declarations.count && declarations[Int(name)].line > 0)
  }

  /// Notes where the function with a name is declared.
  mutating func declare(_ name: Int32, file: Int32, line: UInt32) {
    guard name >= 0, file >= 0 else { return }
    while declarations.count <= Int(name) { declarations.append((-1, 0)) }
    declarations[Int(name)] = (file, line)
  }

  /// Where the function with a name is declared.
  func declaration(of name: Int32) -> (file: String, line: UInt32)? {
    guard name >= 0, Int(name) < declarations.count, declarations[Int(name)].line > 0 else { return nil }
    return (files[Int(declarations[Int(name)].file)], declarations[Int(name)].line)
  }

  /// What of the debug information was not read; nil when all was.
  var damage: DebugDamage?

  /// Reads what the debug information of `image` tells of `addresses`, which are ascending; nil when there is none.
  ///
  /// - Parameter rootFolder: put before paths to find the files of split units.
  static func read(
    _ image: ELFImage, alternate: ELFImage?, addresses: [UInt64], rootFolder: String = ""
  ) -> DebugFrames? {
    guard image.type != .relocatable else { return nil }
    do throws(DebugDamage) {
      try image.debugSize()
      try alternate?.debugSize()
    } catch {
      var frames = DebugFrames(count: addresses.count)
      frames.damage = error
      return frames
    }
    let sections = DebugSections(image, alternate: alternate)
    var reader = DebugUnitReader(
      addresses: addresses, sections: sections,
      splitUnits: SplitUnits(image, rootFolder: rootFolder, program: sections))
    reader.readAll()
    return reader.frames
  }
}
