import Demangling
import Synchronization

extension SymbolizedFrame {
  /// Fewer names are not worth a second thread.
  private static let smallestPiece = 1_024
  /// Pieces of a large work; each may cost a child process (see `Demangler.demangle(_:)`).
  private static let pieces = 4

  /// The frames of the functions that linkers know by these names; many of them are demangled on two threads.
  static func named(_ linkageNames: [String], _ options: Demangler.Options) -> [SymbolizedFrame] {
    let demangler = Demangler(options: options)
    guard linkageNames.count > 2 * smallestPiece else { return named(linkageNames[...], demangler) }
    let size = max(smallestPiece, (linkageNames.count + pieces - 1) / pieces)
    let starts = Array(stride(from: 0, to: linkageNames.count, by: size))
    let results = NamedPieces(starts.count)
    Workers.run(starts.count, threads: 2) { index in
      let end = min(starts[index] + size, linkageNames.count)
      let frames = named(linkageNames[starts[index]..<end], demangler)
      results.values.withLock { $0[index] = frames }
    }
    return results.values.withLock { $0.flatMap(\.self) }
  }

  /// The frames of code made at run time that compilers named: those of V8 have a form of their own.
  static func namedCode(_ names: [String], _ options: Demangler.Options) -> [SymbolizedFrame] {
    var frames = named(names, options)
    guard options.foldsForwarders else { return frames }
    for (index, name) in names.enumerated() where V8Name.isWritten(name) {
      guard let shown = V8Name(name) else { continue }
      frames[index] = SymbolizedFrame(
        name: shown.name, fullName: shown.fullName == shown.name ? nil : shown.fullName, linkageName: name,
        file: shown.file)
    }
    return frames
  }

  private static func named(_ linkageNames: ArraySlice<String>, _ demangler: Demangler) -> [SymbolizedFrame] {
    zip(linkageNames, demangler.demangle(Array(linkageNames))).map { linkageName, name in
      guard let name else { return SymbolizedFrame(name: linkageName) }
      return SymbolizedFrame(
        name: name.short, fullName: name.full == name.short ? nil : name.full, linkageName: linkageName,
        isForwarder: name.isForwarder, isThunk: name.isThunk)
    }
  }

  private final class NamedPieces: Sendable {
    let values: Mutex<[[SymbolizedFrame]]>
    init(_ count: Int) { values = Mutex(Array(repeating: [], count: count)) }
  }
}
