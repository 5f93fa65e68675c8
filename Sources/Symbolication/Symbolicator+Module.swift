import Demangling
import ELF
import ProfileModel

extension Symbolicator {
  /// Names `addresses`, stated lookup addresses of `image`, ascending and without duplicates.
  ///
  /// - Parameters:
  ///   - path: where the image lies in its own file system, when it was opened elsewhere (as `/proc/PID/map_files` is);
  ///     debug files are searched by it, and messages name it.
  ///   - functionRange: groups addresses without a symbol by function.
  /// - Complexity: symbols × log(addresses), plus the DWARF units that hold addresses.
  public func symbolize(
    image: ELFImage, addresses: [UInt64], path: String? = nil, functionRange: FunctionRange? = nil
  ) -> ModuleSymbols {
    var path = path ?? image.path
    if path.hasSuffix(" (deleted)") { path.removeLast(" (deleted)".count) }
    precondition(zip(addresses, addresses.dropFirst()).allSatisfy { $0 < $1 }, "addresses must be sorted and unique")
    var sources = SymbolSources(image: image, path: path, options: options)
    var names = FunctionNames(addresses: addresses)
    sources.fill(&names)
    let inlines = options.readsDebugInformation ? sources.debugFrames(addresses) : nil
    let frames = compose(names, inlines, addresses: addresses, module: path.lastComponent, functionRange)
    var symbols = ModuleSymbols(source: sources.description, frames: frames)
    symbols.problem = sources.problem(unsymbolizedCount: symbols.unsymbolizedCount)
    return symbols
  }

  /// Joins the names of the tables with what DWARF tells of inlining and lines.
  private func compose(
    _ names: FunctionNames, _ inlines: DebugFrames?, addresses: [UInt64], module: String,
    _ functionRange: FunctionRange?
  ) -> [[SymbolizedFrame]] {
    let plain = SymbolizedFrame.named(names.functions.map(\.linkageName), options.names)
    let inlined = SymbolizedFrame.named(inlines?.names ?? [], options.names)
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
        } else if entry.name >= 0 {
          next = inlined[Int(entry.name)]
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
    return SymbolizedFrame(name: module + "+0x" + String(start, radix: 16), isSymbolized: false)
  }
}
