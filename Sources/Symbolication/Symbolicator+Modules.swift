import ELF
import Synchronization

/// One module's part of a symbolization.
public struct SymbolRequest: Sendable {
  /// The image.
  public var image: ELFImage
  /// Stated lookup addresses, ascending and without duplicates.
  public var addresses: [UInt64]
  /// Where the image lies in its own file system; nil for where it was opened.
  public var path: String?
  /// Put before `path` and its neighbors; nil for the symbolicator's own.
  public var rootFolder: String?
  /// Groups addresses without a symbol by function.
  public var functionRange: (@Sendable (_ address: UInt64) -> Range<UInt64>?)?

  /// A request.
  public init(
    image: ELFImage, addresses: [UInt64], path: String? = nil, rootFolder: String? = nil,
    functionRange: (@Sendable (_ address: UInt64) -> Range<UInt64>?)? = nil
  ) {
    self.image = image
    self.addresses = addresses
    self.path = path
    self.rootFolder = rootFolder
    self.functionRange = functionRange
  }
}

extension Symbolicator {
  /// Names the addresses of many modules, on a few threads; results are in the order of the requests.
  ///
  /// Modules with the most addresses are begun first, so that no long one is left to the end.
  public func symbolize(_ requests: [SymbolRequest], threads: Int = 2) -> [ModuleSymbols] {
    let order = requests.indices.sorted {
      (requests[$1].addresses.count, $0) < (requests[$0].addresses.count, $1)
    }
    let results = Results(requests.count)
    Workers.run(requests.count, threads: threads) { position in
      let request = requests[order[position]]
      var symbolicator = self
      if let root = request.rootFolder { symbolicator.options.rootFolder = root }
      let symbols = symbolicator.symbolize(
        image: request.image, addresses: request.addresses, path: request.path, functionRange: request.functionRange)
      results.store(symbols, at: order[position])
    }
    return results.all()
  }

  private final class Results: Sendable {
    private let values: Mutex<[ModuleSymbols]>

    init(_ count: Int) {
      values = Mutex(Array(repeating: ModuleSymbols(source: "none", frames: []), count: count))
    }

    func store(_ symbols: ModuleSymbols, at index: Int) { values.withLock { $0[index] = symbols } }

    func all() -> [ModuleSymbols] { values.withLock { $0 } }
  }
}
