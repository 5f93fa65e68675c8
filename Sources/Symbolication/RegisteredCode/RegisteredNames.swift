import Demangling

/// The names that run-time code had when it was sampled, as its program had registered them.
///
/// Compilers use addresses again, so an address with a name gets a number: 1, 2, … for each other name that was seen
/// there, as `JITDumpTail` has it. 0 stands for no name.
package struct RegisteredNames: Sendable {
  private var places: [UInt64: [String]] = [:]

  /// No names.
  package init() {}

  /// Whether nothing was seen.
  package var isEmpty: Bool { places.isEmpty }

  /// The number of a name at an address.
  package mutating func occupant(of address: UInt64, name: String) -> UInt16 {
    let known = places[address]?.firstIndex(of: name)
    if let known { return UInt16(clamping: known + 1) }
    guard places[address, default: []].count < Int(UInt16.max) else { return 0 }
    places[address, default: []].append(name)
    return UInt16(clamping: places[address]?.count ?? 0)
  }

  /// Names the addresses that were seen; no frames where there is no name.
  package func symbolize(_ wanted: [(address: UInt64, occupant: UInt16)], names options: Demangler.Options = .init())
    -> ModuleSymbols
  {
    let names = wanted.map { item -> String? in
      guard item.occupant > 0, let known = places[item.address], Int(item.occupant) <= known.count else { return nil }
      return known[Int(item.occupant) - 1]
    }
    let used = Set(names.compactMap(\.self)).sorted()
    let shownAs = Dictionary(uniqueKeysWithValues: zip(used, SymbolizedFrame.named(used, options)))
    return ModuleSymbols(
      source: used.isEmpty ? "none" : "gdb's JIT interface",
      frames: names.map { name in name.flatMap { shownAs[$0] }.map { [$0] } ?? [] })
  }
}
