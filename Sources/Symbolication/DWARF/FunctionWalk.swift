import BinaryReading

/// One pass over a unit's entries, which finds the functions and inlined calls around wanted addresses.
///
///     subprogram outer            [0x10, 0x50)     covers wanted addresses: its calls are looked at
///       lexical_block
///         inlined_subroutine leaf [0x20, 0x30)     called at line 7 of outer
///     subprogram other            [0x50, 0x60)     covers none: passed over by DW_AT_sibling where there is one
struct FunctionWalk {
  /// A function around an address, and where it was called when it was inlined.
  struct Call {
    var name: Int32
    var callFile: UInt32
    var callLine: UInt32
    var declaration: SourceLine
    /// Position of the call or function around it; -1 for none.
    var around: Int32
  }

  private let unit: DebugUnit
  private let sections: DebugSections
  private let addresses: [UInt64]
  private let range: Range<Int>
  private var calls: [Call] = []
  /// For each address of `range` the position of its innermost call; -1 for none.
  private var innermost: [Int32]

  /// What is looked for among the children of an entry.
  private enum State: UInt8 {
    /// Functions.
    case functions
    /// Functions and inlined calls: the function around covers wanted addresses.
    case calls
    /// Nothing.
    case nothing
  }

  /// Calls kept for one unit, beside 64 for each address, and around one address; only damaged files have more.
  private static let callLimit = 1 << 22
  private static let depthLimit = 256

  /// - Parameter range: positions of the unit's addresses, and maybe of others between them.
  init(_ unit: DebugUnit, _ sections: DebugSections, addresses: [UInt64], range: Range<Int>) {
    (self.unit, self.sections, self.addresses, self.range) = (unit, sections, addresses, range)
    innermost = Array(repeating: -1, count: range.count)
  }

  /// Calls `body` with the function that the address at `index` lies in and those around it, innermost first.
  func forEachCall(at index: Int, _ body: (Call) -> Void) {
    var position = innermost[index - range.lowerBound]
    var depth = 0
    while position >= 0, depth < Self.depthLimit {
      let call = calls[Int(position)]
      body(call)
      position = call.around
      depth += 1
    }
  }

  /// Walks the unit; twice when addresses are left and functions were passed over, which swiftc puts the closures into
  /// that they hold, whose code lies elsewhere.
  mutating func run(_ naming: inout FunctionNaming, work: inout Int) {
    if (try? pass(&naming, isExhaustive: false, &work)) == true, innermost.contains(-1) {
      innermost = Array(repeating: -1, count: range.count)
      calls.removeAll(keepingCapacity: true)
      _ = try? pass(&naming, isExhaustive: true, &work)
    }
  }

  /// Returns whether functions were passed over.
  private mutating func pass(_ naming: inout FunctionNaming, isExhaustive: Bool, _ work: inout Int)
    throws(BinaryReadingError) -> Bool
  {
    guard let firstChild = unit.firstChild else { return false }
    let (table, header) = (unit.table, unit.header)
    let bytes = unit.bytes
    var cursor = ByteCursor(bytes.rawSpan)
    try cursor.seek(to: firstChild)
    var passedOver = false
    var states: [State] = [.functions]
    while let state = states.last, cursor.remaining > 0, work > 0 {
      work -= 1
      let code = try cursor.readULEB128()
      guard code != 0 else {
        states.removeLast()
        continue
      }
      guard let shape = table.abbreviation(code) else { return passedOver }
      var (inside, sibling) = (State.nothing, 0)
      switch (shape.tag, state) {
      case (.subprogram, .functions), (.subprogram, .calls), (.inlinedSubroutine, .calls):
        let entry = try FunctionEntry(&cursor, shape, table, header)
        work -= shape.attributes.count
        let isFunction = shape.tag == .subprogram
        let covers = !entry.ranges.isEmpty && take(entry, isFunction, &naming, &work)
        sibling = entry.sibling
        inside = covers ? .calls : isFunction ? .functions : .nothing
        if !covers, isFunction, !isExhaustive, sibling > cursor.offset, shape.hasChildren {
          passedOver = true
          inside = .nothing
        }
      case (let tag?, _) where tag.holdsFunctions:
        try skip(&cursor, shape, &sibling)
        inside = state
      default: try skip(&cursor, shape, &sibling)
      }
      guard shape.hasChildren else { continue }
      if inside == .nothing, sibling > cursor.offset {
        try cursor.seek(to: sibling)
      } else {
        states.append(inside)
      }
    }
    return passedOver
  }

  /// Moves past the attributes of an entry that is not looked at.
  private func skip(_ cursor: inout ByteCursor, _ shape: AbbreviationTable.Abbreviation, _ sibling: inout Int)
    throws(BinaryReadingError)
  {
    if shape.fixedSize >= 0, !shape.hasSibling { return try cursor.skip(shape.fixedSize) }
    for index in shape.attributes {
      let attribute = unit.table.attributes[index]
      let value = try cursor.readValue(attribute, unit.table, unit.header)
      if attribute.name == .sibling { sibling = Int(clamping: value.bits) }
    }
  }

  /// Notes a function or call for the addresses that it covers; false when it covers none.
  private mutating func take(
    _ entry: FunctionEntry, _ isFunction: Bool, _ naming: inout FunctionNaming, _ work: inout Int
  ) -> Bool {
    let (addresses, range) = (addresses, range)
    var covered: [Range<Int>] = []
    entry.ranges.forEach(in: unit, sections, work: &work) { start, end in
      let positions = addresses.positions(from: start, to: end, in: range)
      if !positions.isEmpty { covered.append(positions) }
    }
    guard !covered.isEmpty, calls.count / 64 < Self.callLimit / 64 + range.count else { return false }
    let (name, declaration) = naming.number(of: entry, in: unit, work: &work)
    var call = Call(
      name: name, callFile: entry.callFile, callLine: entry.callLine, declaration: declaration, around: -1)
    for positions in covered {
      // Neighbors mostly have the same functions around them and share one note.
      var last: (around: Int32, position: Int32)?
      work -= positions.count
      for index in positions {
        let around = isFunction ? -1 : innermost[index - range.lowerBound]
        if last?.around != around {
          call.around = around
          last = (around, Int32(truncatingIfNeeded: calls.count))
          calls.append(call)
        }
        if let last { innermost[index - range.lowerBound] = last.position }
      }
    }
    return true
  }
}
