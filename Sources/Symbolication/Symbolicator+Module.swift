import Demangling
import ELF
import ProfileModel
import Synchronization

extension Symbolicator {
  /// Names `addresses`, stated lookup addresses of `image`, ascending and without duplicates.
  ///
  /// - Parameters:
  ///   - path: where the image lies in its own file system, when it was opened elsewhere (as `/proc/PID/map_files` is);
  ///     debug files are searched by it, and messages name it.
  ///   - functionRange: groups addresses without a symbol by function.
  ///   - functionStart: ends symbols without a size.
  /// - Complexity: symbols × log(addresses), plus the DWARF units that hold addresses.
  package func symbolize(
    image: ELFImage, addresses: [UInt64], path: String? = nil, functionRange: FunctionRange? = nil,
    functionStart: FunctionStart? = nil
  ) -> ModuleSymbols {
    var path = path ?? image.path
    if path.hasSuffix(" (deleted)") { path.removeLast(" (deleted)".count) }
    precondition(zip(addresses, addresses.dropFirst()).allSatisfy { $0 < $1 }, "addresses must be sorted and unique")
    var sources = SymbolSources(image: image, path: path, options: options)
    var names = FunctionNames(addresses: addresses)
    sources.fill(&names, functionStart)
    let linkageNames = names.functions.map(\.linkageName)
    let (plain, inlines) = named(linkageNames, while: &sources, addresses)
    let frames = compose(names, plain, inlines, addresses: addresses, module: path.lastComponent, functionRange)
    var symbols = ModuleSymbols(source: sources.description, frames: frames)
    symbols.problem = sources.problem(unsymbolizedCount: symbols.unsymbolizedCount)
    return symbols
  }

  /// Fewer names are not worth a second thread.
  private static let fewNames = 512

  /// Demangles the names of the tables while DWARF is read.
  private func named(_ linkageNames: [String], while sources: inout SymbolSources, _ addresses: [UInt64])
    -> (plain: [SymbolizedFrame], inlines: DebugFrames?)
  {
    let results = NamesAndInlines(sources)
    let options = options
    Workers.run(2, threads: linkageNames.count > Self.fewNames ? 2 : 1) { part in
      if part == 0 {
        guard options.readsDebugInformation else { return }
        results.values.withLock { $0.inlines = $0.sources.debugFrames(addresses) }
      } else {
        let plain = SymbolizedFrame.named(linkageNames, options.names)
        results.plain.withLock { $0 = plain }
      }
    }
    let values = results.values.withLock { $0 }
    sources = values.sources
    return (results.plain.withLock { $0 }, values.inlines)
  }

  /// What the two threads leave; each takes one of the locks for itself.
  private final class NamesAndInlines: Sendable {
    let values: Mutex<(sources: SymbolSources, inlines: DebugFrames?)>
    let plain = Mutex<[SymbolizedFrame]>([])
    init(_ sources: SymbolSources) { values = Mutex((sources, nil)) }
  }

  /// The names that DWARF alone knows; those of functions that the symbol table names are not needed.
  private func inlinedNames(_ inlines: DebugFrames, _ names: FunctionNames) -> [SymbolizedFrame?] {
    var isNeeded = Array(repeating: false, count: inlines.names.count)
    for index in names.functionOf.indices {
      guard let chain = inlines.chain(at: index) else { continue }
      let needed = names.functionOf[index] >= 0 ? chain.dropLast() : chain
      for entry in needed where entry.name >= 0 { isNeeded[Int(entry.name)] = true }
    }
    let needed = isNeeded.indices.filter { isNeeded[$0] && !inlines.names[$0].isEmpty }
    var result = [SymbolizedFrame?](repeating: nil, count: inlines.names.count)
    for (index, frame) in zip(needed, SymbolizedFrame.named(needed.map { inlines.names[$0] }, options.names)) {
      result[index] = frame
    }
    return result
  }

  /// Joins the names of the tables with what DWARF tells of inlining and lines.
  private func compose(
    _ names: FunctionNames, _ plain: [SymbolizedFrame], _ inlines: DebugFrames?, addresses: [UInt64], module: String,
    _ functionRange: FunctionRange?
  ) -> [[SymbolizedFrame]] {
    var (plain, inlined) = (plain, inlines.map { inlinedNames($0, names) } ?? [])
    if let inlines { ClosurePlaces.add(to: &plain, &inlined, inlines, names) }
    return addresses.indices.map { index in
      var outermost: SymbolizedFrame?
      if names.functionOf[index] >= 0 {
        outermost = plain[Int(names.functionOf[index])]
      }
      guard let inlines, let chain = inlines.chain(at: index) else {
        return [outermost ?? standIn(addresses[index], module: module, functionRange)]
      }
      var result: [SymbolizedFrame] = []
      result.reserveCapacity(chain.count)
      for (position, entry) in chain.enumerated() {
        let isOutermost = position == chain.count - 1
        var next: SymbolizedFrame
        // The symbol table knows better which of several folded functions, or which part of one, this is.
        if isOutermost, let outermost {
          next = outermost
        } else if entry.name >= 0, let name = inlined[Int(entry.name)] {
          next = name
        } else {
          next = standIn(addresses[index], module: module, functionRange)
        }
        next.isInlined = !isOutermost
        next.file = inlines.file(of: entry)
        next.line = entry.line
        result.append(next)
      }
      return result
    }
  }

  /// `module+0x1234` with the start of the function, or the address itself where that is not known.
  private func standIn(_ address: UInt64, module: String, _ functionRange: FunctionRange?) -> SymbolizedFrame {
    let start = functionRange?(address)?.lowerBound ?? address
    return .standIn(module: module, address: start)
  }
}
