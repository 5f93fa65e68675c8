import CElfutils

/// Walks split units that hold wanted addresses, each once, and collects the functions around each address.
///
/// The ranges of a unit, of its functions and of the calls inlined into them select ever smaller runs of the sorted
/// addresses; entries without any are not entered. `.debug_aranges`, which clang and swiftc don't emit, is not needed.
struct DebugFrameReader {
  private(set) var frames: DebugFrames

  private let addresses: [UInt64]
  /// For each address what was found in the unit at hand, outermost first.
  private var found: [[Call]]
  private var nameOf: [UInt: Int32] = [:]
  /// By libdw's pointers, for the unit at hand.
  private var fileOf: [UInt: Int32] = [:]
  private var fileOfPath: [String: Int32] = [:]
  /// The folder that the unit at hand was compiled in.
  private var folder = ""
  private var callFiles = CallFiles()
  /// Whether functions without wanted addresses are entered too: swiftc puts the entries of closures into those of the
  /// functions around them, whose ranges don't hold them; so do compilers of languages with local functions.
  private var isExhaustive = false

  /// A function around an address, and where it was called when it was inlined.
  private struct Call {
    var name: Int32
    var callFile: Int32
    var callLine: UInt32
  }

  /// Nesting of entries that is still followed.
  private static let depthLimit = 256
  /// Ranges of one entry that are still read.
  private static let rangeLimit = 1 << 20

  private var budget: DebugBudget
  /// Whether the lines of the unit at hand are read.
  private var readsLines = true

  /// A reader that gives up when the budget is used up; what it found until then is kept.
  init(addresses: [UInt64], budget: DebugBudget, frames: DebugFrames) {
    self.addresses = addresses
    self.budget = budget
    self.frames = frames
    found = Array(repeating: [], count: addresses.count)
  }

  /// Takes what `unit` knows of the addresses that no unit before it knew; false when reading must end.
  mutating func read(_ unit: DebugInformation.Unit, of information: borrowing DebugInformation) -> Bool {
    defer { frames.damage = budget.damage }
    var unit = unit
    var wanted = unsafe select(0..<addresses.count, in: &unit.die)
    wanted.removeAll { range in range.allSatisfy { frames.isKnown(at: $0) } }
    guard !wanted.isEmpty, budget.take() else { return budget.isOpen }
    do throws(DebugDamage) { unit = try information.completed(unit) } catch { budget.note(error, isEnd: false) }
    budget.add(bytes: unit.otherBytes)
    readsLines = budget.takeLineTable(bytes: information.lineTableSize(of: unit))
    unsafe callFiles.unit = unit.files
    callFiles.isRead = !readsLines
    fileOf.removeAll(keepingCapacity: true)
    folder = unsafe string(DW_AT_comp_dir, of: &unit.die) ?? ""
    for range in wanted {
      for index in range { found[index].removeAll() }
    }
    isExhaustive = false
    unsafe walkChildren(of: &unit.body, wanted, depth: 0)
    if wanted.contains(where: { $0.contains { found[$0].isEmpty } }) {
      isExhaustive = true
      unsafe walkChildren(of: &unit.body, wanted, depth: 0)
    }
    for range in wanted {
      for index in range where !frames.isKnown(at: index) { unsafe finish(index, &unit.die) }
    }
    return budget.isOpen
  }

  /// Whether the unit holds an address.
  mutating func holds(_ unit: DebugInformation.Unit) -> Bool {
    var die = unsafe unit.die
    return unsafe !select(0..<addresses.count, in: &die).isEmpty
  }

  /// The runs of addresses, out of `candidates`, that the entry's ranges cover.
  private mutating func select(_ candidates: Range<Int>, in die: inout Dwarf_Die) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var (base, start, end): (Dwarf_Addr, Dwarf_Addr, Dwarf_Addr) = (0, 0, 0)
    var offset = 0
    for _ in 0..<Self.rangeLimit {
      // SAFETY: the entry was read from the open handle; results are written during the call.
      offset = unsafe dwarf_ranges(&die, offset, &base, &start, &end)
      guard offset > 0, budget.take() else { break }
      guard start < end else { continue }
      let first = position(of: start, in: candidates)
      guard first < candidates.upperBound, addresses[first] < end else { continue }
      result.append(first..<position(of: end, in: first..<candidates.upperBound))
    }
    return result
  }

  /// The first position whose address is not below `address`.
  private func position(of address: UInt64, in range: Range<Int>) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if addresses[middle] < address { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func walkChildren(of die: inout Dwarf_Die, _ wanted: [Range<Int>], depth: Int) {
    guard depth < Self.depthLimit, budget.isOpen else { return }
    var child = unsafe Dwarf_Die()
    // SAFETY: parent and child belong to the open handle.
    guard unsafe dwarf_child(&die, &child) == 0 else { return }
    while true {
      unsafe visit(&child, wanted, depth: depth)
      let before = unsafe UInt(bitPattern: child.addr)
      // A sibling lies behind; a damaged DW_AT_sibling that points back would make a loop.
      var next = unsafe Dwarf_Die()
      guard unsafe dwarf_siblingof(&child, &next) == 0, unsafe UInt(bitPattern: next.addr) > before, budget.isOpen
      else { return }
      unsafe child = unsafe next
    }
  }

  private mutating func visit(_ die: inout Dwarf_Die, _ wanted: [Range<Int>], depth: Int) {
    guard budget.take() else { return }
    switch unsafe Int32(dwarf_tag(&die)) {
    case Int32(DW_TAG_subprogram):
      let inside = unsafe select(wanted, in: &die)
      guard !inside.isEmpty else {
        if isExhaustive { unsafe walkChildren(of: &die, wanted, depth: depth + 1) }
        return
      }
      let name = unsafe self.name(of: &die)
      for range in inside {
        for index in range { found[index] = [Call(name: name, callFile: -1, callLine: 0)] }
      }
      unsafe walkChildren(of: &die, isExhaustive ? wanted : inside, depth: depth + 1)
    case Int32(DW_TAG_inlined_subroutine):
      let inside = unsafe select(wanted, in: &die)
      guard !inside.isEmpty else { return }
      let call = unsafe Call(
        name: name(of: &die), callFile: callFile(of: &die), callLine: number(DW_AT_call_line, of: &die))
      for range in inside {
        for index in range { found[index].append(call) }
      }
      unsafe walkChildren(of: &die, inside, depth: depth + 1)
    case Int32(DW_TAG_lexical_block), Int32(DW_TAG_namespace), Int32(DW_TAG_module), Int32(DW_TAG_class_type),
      Int32(DW_TAG_structure_type), Int32(DW_TAG_union_type), Int32(DW_TAG_enumeration_type),
      Int32(DW_TAG_common_block), Int32(DW_TAG_try_block), Int32(DW_TAG_catch_block), Int32(DW_TAG_with_stmt),
      Int32(DW_TAG_interface_type):
      unsafe walkChildren(of: &die, wanted, depth: depth + 1)
    default: return
    }
  }

  private mutating func select(_ wanted: [Range<Int>], in die: inout Dwarf_Die) -> [Range<Int>] {
    if wanted.count == 1 { return unsafe select(wanted[0], in: &die) }
    guard let first = wanted.first, let last = wanted.last else { return [] }
    let low = wanted.reduce(first.lowerBound) { min($0, $1.lowerBound) }
    let high = wanted.reduce(last.upperBound) { max($0, $1.upperBound) }
    return unsafe select(low..<high, in: &die)
  }

  /// The function's linkage name, else its name, by way of its abstract origin and its declaration.
  private mutating func name(of die: inout Dwarf_Die) -> Int32 {
    var origin = unsafe die
    var attribute = unsafe Dwarf_Attribute()
    var target = unsafe Dwarf_Die()
    // SAFETY: the entry belongs to the open handle; results are written during the calls.
    if unsafe dwarf_attr(&die, UInt32(DW_AT_abstract_origin), &attribute) != nil,
      unsafe dwarf_formref_die(&attribute, &target) != nil
    {
      unsafe origin = unsafe target
    }
    let key = unsafe UInt(bitPattern: origin.addr)
    if let known = nameOf[key] { return known }
    let text =
      unsafe string(DW_AT_linkage_name, of: &origin) ?? string(DW_AT_MIPS_linkage_name, of: &origin)
      ?? string(DW_AT_name, of: &origin)
    var result: Int32 = -1
    if let text, !text.isEmpty {
      result = Int32(truncatingIfNeeded: frames.names.count)
      frames.names.append(text)
    }
    nameOf[key] = result
    return result
  }

  private func string(_ attribute: Int, of die: inout Dwarf_Die) -> String? {
    var found = unsafe Dwarf_Attribute()
    // SAFETY: libdw checks that strings end inside their section, and follows at most 16 references.
    guard unsafe dwarf_attr_integrate(&die, UInt32(attribute), &found) != nil,
      let string = unsafe dwarf_formstring(&found)
    else { return nil }
    return unsafe String(cString: string)
  }

  private func number(_ attribute: Int, of die: inout Dwarf_Die) -> UInt32 {
    var (value, found): (Dwarf_Word, Dwarf_Attribute) = unsafe (0, Dwarf_Attribute())
    // SAFETY: the entry belongs to the open handle; results are written during the calls.
    guard unsafe dwarf_attr(&die, UInt32(attribute), &found) != nil, unsafe dwarf_formudata(&found, &value) == 0 else {
      return 0
    }
    return UInt32(exactly: value) ?? 0
  }

  private mutating func callFile(of die: inout Dwarf_Die) -> Int32 {
    let index = unsafe number(DW_AT_call_file, of: &die)
    guard let path = unsafe callFiles.path(Int(index)) else { return -1 }
    return unsafe file(path)
  }

  private mutating func file(_ path: UnsafePointer<CChar>) -> Int32 {
    let key = UInt(bitPattern: path)
    if let known = fileOf[key] { return known }
    // SAFETY: libdw keeps the terminated path as long as its handle.
    let text = SourcePath.resolved(unsafe String(cString: path), folder: folder)
    let result = frames.number(ofFile: text, &fileOfPath)
    fileOf[key] = result
    return result
  }

  /// Turns what was found around an address into entries: each function stands at the place of the call inside it.
  private mutating func finish(_ index: Int, _ die: inout Dwarf_Die) {
    let calls = found[index]
    guard !calls.isEmpty else { return }
    var (file, line): (Int32, UInt32) = (-1, 0)
    // SAFETY: the entry belongs to the open handle; libdw searches the unit's decoded lines.
    if readsLines, let row = unsafe dwarf_getsrc_die(&die, addresses[index]) {
      var number: Int32 = 0
      if unsafe dwarf_lineno(row, &number) == 0 { line = UInt32(clamping: number) }
      if let path = unsafe dwarf_linesrc(row, nil, nil) { file = unsafe self.file(path) }
    }
    var chain: [DebugFrames.Entry] = []
    chain.reserveCapacity(calls.count)
    for call in calls.reversed() {
      chain.append(DebugFrames.Entry(name: call.name, file: file, line: line))
      (file, line) = (call.callFile, call.callLine)
    }
    frames.add(chain, at: index)
  }
}

/// The file table of a unit, which its calls refer to; read when first asked.
///
/// Its pointers are libdw's and live as long as the handle that the unit was read from.
@safe
private struct CallFiles {
  var unit = unsafe Dwarf_Die()
  var isRead = false
  private var files: OpaquePointer?
  private var count = 0

  mutating func path(_ index: Int) -> UnsafePointer<CChar>? {
    if !isRead {
      isRead = true
      unsafe files = nil
      count = 0
      // SAFETY: the unit belongs to the open handle; results are written during the call.
      if unsafe dwarf_getsrcfiles(&unit, &files, &count) != 0 { count = 0 }
    }
    guard index > 0 || count > 0, index < count else { return nil }
    return unsafe dwarf_filesrc(files, index, nil, nil)
  }
}
