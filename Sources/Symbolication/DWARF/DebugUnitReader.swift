import BinaryReading
import Searching

/// Walks the units that hold wanted addresses, each in one pass over its bytes, and collects the functions around each
/// address and its line.
///
/// The ranges of a unit, of its functions and of the calls inlined into them select runs of the sorted addresses.
/// `.debug_aranges`, which clang and swiftc don't emit, is not needed. Sections are read piece by piece: what is held
/// at a time is a unit, its abbreviations and its line program.
struct DebugUnitReader {
  private(set) var frames: DebugFrames

  private let sections: DebugSections
  private let addresses: [UInt64]
  private let headers: [UnitHeader]
  private var naming: FunctionNaming
  private var splitUnits: SplitUnits
  /// Lines by address, for the unit at hand.
  private var rows: [LineProgram.Row]
  /// Lines of addresses that lie in a unit but in none of its functions.
  private var strays: [Int: (file: Int32, line: UInt32)] = [:]
  private var numberOfFile: [String: Int32] = [:]
  private let abbreviations: [UInt8]

  /// Steps that may still be taken: entries, attributes and ranges visited, rows run. Sound files need a few for each
  /// byte; damaged ones, whose parts refer to each other, can be read in more ways than there are seconds.
  private var work: Int

  /// Bytes of a unit read to see whether it holds addresses.
  private static let head = 1 << 9

  init(addresses: [UInt64], sections: DebugSections, splitUnits: SplitUnits) {
    (self.addresses, self.sections, self.splitUnits) = (addresses, sections, splitUnits)
    headers = UnitHeader.all(in: sections.info)
    naming = FunctionNaming(sections, headers)
    frames = DebugFrames(count: addresses.count)
    rows = Array(repeating: .none, count: addresses.count)
    abbreviations = sections.abbreviations.all()
    let bytes = sections.info.count.addingReportingOverflow(sections.lines.count).partialValue
    work = min(max(bytes, 0), 1 << 32) * 4 + 20_000_000
  }

  /// Reads all units.
  mutating func readAll() {
    for header in headers where (header.kind == .compilation || header.kind == .skeleton) && work > 0 { read(header) }
    for (index, stray) in strays where !frames.isKnown(at: index) {
      frames.add([DebugFrames.Entry(name: -1, file: stray.file, line: stray.line)], at: index)
    }
    frames.names = naming.names.texts(sections)
    if work <= 0 { frames.damage = .tooManyEntries }
    if let problem = sections.problem { frames.damage = .unreadable("\(problem)") }
  }

  private mutating func read(_ header: UnitHeader) {
    let size = header.end - header.start
    let table = AbbreviationTable(abbreviations, for: header)
    var head = DebugUnit(
      header, bytes: sections.info.bytes(at: header.start, min(size, Self.head)), table: table, sections: sections)
    if head == nil, size > Self.head {
      head = DebugUnit(
        header, bytes: sections.info.bytes(at: header.start, size), table: table, sections: sections)
    }
    work -= table.takeCost()
    guard let head, head.isCompilation else { return }
    let addresses = addresses
    var wanted: [Range<Int>] = []
    head.extent.forEach(in: head, sections, work: &work) { start, end in
      let range = addresses.positions(from: start, to: end, in: addresses.indices)
      if !range.isEmpty { wanted.append(range) }
    }
    wanted.removeAll { range in range.allSatisfy { frames.isKnown(at: $0) } }
    guard let low = wanted.map(\.lowerBound).min(), let high = wanted.map(\.upperBound).max() else { return }
    if head.isSkeleton, readSplit(head, wanted, low..<high) { return }
    let bytes = sections.info.bytes(at: header.start, size)
    guard let unit = DebugUnit(header, bytes: bytes, table: table, sections: sections) else { return }
    var walk = FunctionWalk(unit, sections, addresses: addresses, range: low..<high)
    walk.run(&naming, work: &work)
    work -= table.takeCost()
    // In a skeleton without its half, a line may be that of an inlined function that nobody knows.
    finish(unit, walk, wanted, keepsStrays: !head.isSkeleton)
  }

  /// Reads the functions out of the other half of `skeleton`; false when that can't be had.
  private mutating func readSplit(_ skeleton: DebugUnit, _ wanted: [Range<Int>], _ range: Range<Int>) -> Bool {
    let half: SplitUnits.Half
    do throws(DebugDamage) { half = try splitUnits.half(of: skeleton, work: &work) } catch {
      frames.damage = frames.damage ?? error
      return false
    }
    var naming = FunctionNaming(half.sections, half.headers)
    var walk = FunctionWalk(half.unit, half.sections, addresses: addresses, range: range)
    walk.run(&naming, work: &work)
    work -= half.unit.table.takeCost()
    // Names are read here: the next unit may lie in another file.
    let numbers = naming.names.texts(half.sections).map { self.naming.names.number(ofText: $0) }
    finish(skeleton, walk, wanted) { $0 < 0 ? $0 : numbers[Int($0)] }
    return true
  }

  /// Turns what was found around each address into entries: each function stands at the place of the call inside it.
  ///
  /// - Parameters:
  ///   - unit: has the line program and the numbers of files: of a split unit, the skeleton.
  ///   - keepsStrays: whether lines without a function around them are noted.
  ///   - nameNumber: the number of a name among `naming`'s.
  private mutating func finish(
    _ unit: DebugUnit, _ walk: FunctionWalk, _ wanted: [Range<Int>], keepsStrays: Bool = true,
    nameNumber: (Int32) -> Int32 = { $0 }
  ) {
    let folder = unit.folder.flatMap { NamePlaces.text($0, sections) } ?? ""
    let program = unit.lines.flatMap { LineProgram(at: $0, sections, folder: folder) }
    work -= program?.size ?? 0
    for range in wanted {
      for index in range { rows[index] = .none }
    }
    if let low = wanted.map(\.lowerBound).min(), let high = wanted.map(\.upperBound).max() {
      program?.run(addresses, in: low..<high, into: &rows, work: &work)
    }
    var known: [UInt32: Int32] = [:]
    func number(_ file: UInt32, _ frames: inout DebugFrames, _ numbers: inout [String: Int32]) -> Int32 {
      if let number = known[file] { return number }
      var number: Int32 = -1
      if let path = program?.files.path(file, sections) { number = frames.number(ofFile: path, &numbers) }
      known[file] = number
      return number
    }
    var chain: [DebugFrames.Entry] = []
    for range in wanted {
      for index in range where !frames.isKnown(at: index) {
        let row = rows[index]
        var (file, line) = (number(row.file, &frames, &numberOfFile), row.line)
        chain.removeAll(keepingCapacity: true)
        walk.forEachCall(at: index) { call in
          let name = nameNumber(call.name)
          chain.append(DebugFrames.Entry(name: name, file: file, line: line))
          if call.declaration.line > 0, !frames.hasDeclaration(of: name) {
            let place = number(call.declaration.file, &frames, &numberOfFile)
            frames.declare(name, file: place, line: call.declaration.line)
          }
          // In version 4 and before, file 0 stands for none.
          file = number(call.callFile, &frames, &numberOfFile)
          line = call.callLine
        }
        if !chain.isEmpty {
          frames.add(chain, at: index)
        } else if row.file != .max, strays[index] == nil, keepsStrays {
          strays[index] = (file, line)
        }
      }
    }
  }
}

extension [UInt64] {
  /// The first position in `range` whose number is not below `number`, or the range's end; the numbers ascend.
  func firstPosition(from number: UInt64, in range: Range<Int>) -> Int {
    range.partitionPoint { self[$0] >= number }
  }

  /// The positions in `range` of the numbers from `start` up to `end`.
  func positions(from start: UInt64, to end: UInt64, in range: Range<Int>) -> Range<Int> {
    let first = firstPosition(from: start, in: range)
    guard first < range.upperBound, self[first] < end else { return first..<first }
    return first..<firstPosition(from: end, in: first..<range.upperBound)
  }
}
