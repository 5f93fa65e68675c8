import ELF
import Glibc
import Processes
import ProfileModel
import RecordingFormat
import Symbolication
import Synchronization
import UnwindTables
import Unwinding

/// Where names come from.
package struct SymbolizationOptions: Sendable {
  /// Folders with separate debug files, asked in this order.
  package var debugFolders = Symbolicator.Options().debugFolders
  /// Whether debuginfod servers are asked where the environment names some.
  package var usesDebuginfod = true
  /// Whether inlined calls and lines are looked up in DWARF.
  package var resolvesInlines = true

  /// The defaults.
  package init() {}

  /// What looks names up by these options.
  var symbolicator: Symbolicator {
    var symbolicator = Symbolicator()
    symbolicator.options.debugFolders = debugFolders
    symbolicator.options.usesDebuginfod = usesDebuginfod
    symbolicator.options.readsDebugInformation = resolvesInlines
    return symbolicator
  }
}

/// How far the naming of functions at a recording's end is.
package struct NamingProgress: Sendable {
  /// Modules that are done.
  package var done: Int
  /// Modules that were sampled.
  package var total: Int
  /// Since naming began.
  package var seconds: Double
}

/// What naming a recording's frames needs.
struct RecordedFrames {
  var tables: RecordingTables
  /// The modules to name, by index; nil for all.
  var wanted: Set<UInt32>?
  var modules: ModuleRegistry
  /// Unwind information that was read while recording, by module.
  var unwindTables: [UInt32: UnwindTable] = [:]
}

/// A module's addresses, and what tells their names.
struct NamingWork: Sendable {
  var module: UInt32
  var recorded: RecordedModule
  var entry: ModuleRegistry.Entry
  var unwindTable: UnwindTable?
  /// Ascending.
  var addresses: [UInt64]
}

/// Names every address of a recording once, module by module: at the end, or when its module leaves before.
struct Symbolization: Sendable {
  let options: SymbolizationOptions

  /// Names as they are found, by threads that may outlive whoever waits for them.
  private final class Results: Sendable {
    private let names: Mutex<[RecordedNames?]>

    init(count: Int) { names = Mutex(Array(repeating: nil, count: count)) }

    func set(_ index: Int, _ found: RecordedNames) { names.withLock { $0[index] = found } }

    var found: [RecordedNames] { names.withLock { $0.compactMap(\.self) } }
    var count: Int { names.withLock { names in names.count { $0 != nil } } }
  }

  /// The names of all modules, in the modules' order; of fewer when they are no longer wanted before the end.
  ///
  /// - Parameter isWanted: Asked about ten times a second, and told how far it is.
  func names(
    _ frames: consuming RecordedFrames, while isWanted: (NamingProgress) -> Bool = { _ in true }
  ) -> (found: [RecordedNames], total: Int) {
    let work = Self.work(frames)
    let results = Results(count: work.count)
    let start = MachineClock.monotonic
    // Largest first, so that no core waits for the other at the end.
    let order = work.indices.sorted { (work[$1].addresses.count, $0) < (work[$0].addresses.count, $1) }
    Workers.run(work.count, threads: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) {
      isWanted(
        NamingProgress(
          done: results.count, total: work.count, seconds: Double(MachineClock.monotonic &- start) / 1e9))
    } _: { position in
      let index = order[position]
      results.set(index, symbolize(work[index]))
    }
    return (results.found, work.count)
  }

  private static func work(_ frames: borrowing RecordedFrames) -> [NamingWork] {
    let (tables, wanted, entries, unwindTables) = (
      frames.tables, frames.wanted, frames.modules.entries, frames.unwindTables
    )
    var addresses = [[UInt64]](repeating: [], count: tables.modules.count)
    for row in 0..<tables.frames.count where tables.frames.modules[row] > 0 {
      addresses[Int(tables.frames.modules[row]) - 1].append(tables.frames.addresses[row])
    }
    // A place that is an async caller's as well has two rows.
    if tables.frames.areAsyncCallers.contains(true) { addresses = addresses.map { Array(Set($0)) } }
    return tables.modules.indices.compactMap { index in
      guard !addresses[index].isEmpty, wanted?.contains(UInt32(index)) ?? true else { return nil }
      return NamingWork(
        module: UInt32(index), recorded: tables.modules[index], entry: entries[index],
        unwindTable: unwindTables[UInt32(index)], addresses: addresses[index].sorted())
    }
  }

  /// The names of a module.
  func symbolize(_ work: NamingWork) -> RecordedNames {
    let found: ModuleSymbols?
    var problem = work.entry.problem
    switch work.recorded.kind {
    case .file, .vdso:
      let fate = work.entry.image?.fate
      if fate == .rewritten || fate == .gone {
        found = nil
        problem = fate == .gone ? .gone : .rewritten
      } else {
        found = work.entry.image.map { symbolize(work, image: $0) }
      }
    case .kernel: found = KernelSymbols().symbolize(addresses: work.addresses)
    case .jit: found = withStandIns(symbolizeJIT(work), work)
    }
    var names = RecordedNames(module: work.module)
    if let found { Self.add(found, work, to: &names) }
    names.source = found?.source ?? "none"
    names.problem = found?.problem?.reason ?? problem
    return names
  }

  private func symbolize(_ work: NamingWork, image: ELFImage) -> ModuleSymbols {
    var symbolicator = options.symbolicator
    symbolicator.options.rootFolder = work.entry.root?.path ?? ""
    let ranges = FunctionRanges(image, table: work.unwindTable)
    return symbolicator.symbolize(
      image: image, addresses: work.addresses, path: work.recorded.path,
      functionRange: { ranges.range(containing: $0) }, functionStart: { ranges.start(before: $0) })
  }

  /// Names of run-time code: by the jitdump, or what its program had registered, and by the perf map where there is
  /// neither or they have no name.
  private func symbolizeJIT(_ work: NamingWork) -> ModuleSymbols? {
    guard let process = work.entry.jitProcess else { return nil }
    let places = work.addresses.map { JITAddress(bits: $0) }
    var symbols: ModuleSymbols?
    if let dump = work.entry.jitDump {
      symbols = dump.symbolize(places.map { ($0.address, $0.occupant) })
      if symbols?.unsymbolizedCount == 0 { return symbols }
    }
    if symbols == nil, !work.entry.jitNames.isEmpty {
      symbols = work.entry.jitNames.symbolize(places.map { ($0.address, $0.occupant) })
      if symbols?.unsymbolizedCount == 0 { return symbols }
    }
    var problem: SymbolProblem?
    // A forked process has its parent's code, and may write a map of its own for what it makes later.
    for owner in [process] + work.entry.jitAncestors {
      let found = PerfMap.find(owner)
      problem = problem ?? found.problem
      if let map = found.map { symbols = Self.symbols(symbols, filledBy: map, places) }
      if symbols?.unsymbolizedCount == 0 { break }
    }
    if symbols == nil, let problem {
      symbols = ModuleSymbols(source: "none", frames: work.addresses.map { _ in [] }, problem: problem)
    }
    return symbols
  }

  /// Gives nameless run-time code the name of its region: one function for all that lies together, instead of one for each
  /// address, which nobody could read.
  private func withStandIns(_ symbols: ModuleSymbols?, _ work: NamingWork) -> ModuleSymbols {
    var symbols = symbols ?? ModuleSymbols(source: "none", frames: work.addresses.map { _ in [] })
    for index in symbols.frames.indices where symbols.frames[index].last?.isSymbolized != true {
      let start = work.entry.jitExtent.start(of: JITAddress(bits: work.addresses[index]).address)
      symbols.frames[index] = [.standIn(module: "[jit]", address: start)]
    }
    return symbols
  }

  /// What is known so far, with the names that a perf map has for the rest.
  private static func symbols(_ symbols: ModuleSymbols?, filledBy map: PerfMap, _ places: [JITAddress])
    -> ModuleSymbols
  {
    var map = map
    // A map has one name for an address, whenever it was seen.
    let order = Set(places.map(\.address)).sorted()
    let found = map.symbolize(addresses: order)
    let names = Dictionary(zip(order, found.frames), uniquingKeysWith: { first, _ in first })
    guard var merged = symbols else {
      return ModuleSymbols(source: found.source, frames: places.map { names[$0.address] ?? [] }, problem: found.problem)
    }
    for index in places.indices where merged.frames[index].last?.isSymbolized != true {
      if let frames = names[places[index].address] { merged.frames[index] = frames }
    }
    if found.source != "none" {
      merged.source = merged.source == "none" ? found.source : merged.source + " + " + found.source
    }
    merged.problem = merged.problem ?? found.problem
    return merged
  }

  private static func add(_ symbols: ModuleSymbols, _ work: NamingWork, to names: inout RecordedNames) {
    var indexes: [SymbolizedFrame: UInt32] = [:]
    // Addresses are sorted, so that most lie in the function of the address before.
    var last: (function: SymbolizedFrame, index: UInt32)?
    func index(of function: SymbolizedFrame) -> UInt32 {
      if let last, last.function == function { return last.index }
      let next = UInt32(indexes.count)
      let index = Self.intern(function, next, in: &indexes)
      if index == next { _ = names.add(RecordedFunction(function)) }
      last = (function, index)
      return index
    }
    for (address, frames) in zip(work.addresses, symbols.frames) {
      for frame in frames {
        var function = frame
        function.line = 0
        function.isInlined = false
        names.addLine(function: index(of: function), number: frame.line)
      }
      names.add(address: address)
    }
  }

  /// The index of an equal function, or `next`, which is then this one's.
  private static func intern(
    _ function: SymbolizedFrame, _ next: UInt32, in indexes: inout [SymbolizedFrame: UInt32]
  ) -> UInt32 {
    func value(_ entry: inout UInt32) -> UInt32 { entry }
    return value(&indexes[function, default: next])
  }
}

extension RecordedFunction {
  fileprivate init(_ frame: SymbolizedFrame) {
    self.init(
      name: frame.name, fullName: frame.fullName, linkageName: frame.linkageName, file: frame.file,
      isSymbolized: frame.isSymbolized, isForwarder: frame.isForwarder,
      isThunk: frame.isThunk)
  }
}
