import Demangling
import Glibc
import ProfileModel

/// The kernel's own symbol table, `/proc/kallsyms`, with those of its modules and of BPF programs.
///
/// Lines read `ffffffff81000000 T name` and, for modules, a tab and `[module]`. The addresses are zero for readers that
/// `kernel.kptr_restrict` bars. There are no sizes: a function reaches to the next symbol of any kind.
public struct KernelSymbols: Sendable {
  /// A function of the kernel.
  public struct Symbol: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// The module that it lies in; nil for the kernel proper.
    public var module: String?
    /// First address.
    public var start: UInt64
  }

  /// Where the table is.
  public var path: String
  private let restrictionPath: String

  /// Symbols past this distance from their function's start don't belong to it.
  private static let reach: UInt64 = 1 << 20

  /// The table below `procFolder`; nothing is read yet.
  public init(procFolder: String = "/proc") {
    path = procFolder + "/kallsyms"
    restrictionPath = procFolder + "/sys/kernel/kptr_restrict"
  }

  /// The value of `kernel.kptr_restrict`; nil when it can't be read.
  public var restriction: Int? {
    var value: Int?
    TextLines(path: restrictionPath)?.forEach { line in value = value ?? Int(line.text(at: 0)) }
    return value
  }

  /// Whether this process may see kernel addresses.
  public var isVisible: Bool {
    guard let lines = TextLines(path: path) else { return false }
    // The first address that is not zero tells; where all are zero, the whole table is read.
    var isVisible = false
    lines.forEachUntil { line in
      var position = 0
      guard let address = line.hexadecimal(at: &position) else { return false }
      isVisible = isVisible || address != 0
      return !isVisible && address == 0
    }
    return isVisible
  }

  /// Finds the functions of `addresses`, which are ascending, in one pass over the table.
  public func symbols(at addresses: [UInt64]) -> [Symbol?] {
    guard let first = addresses.first, let last = addresses.last, let lines = TextLines(path: path) else {
      return addresses.map { _ in nil }
    }
    var best = [Symbol?](repeating: nil, count: addresses.count)
    var isCode = [Bool](repeating: false, count: addresses.count)
    lines.forEach { line in
      var position = 0
      guard let start = line.hexadecimal(at: &position), start != 0, start <= last,
        start &+ Self.reach > first, position + 3 < line.count
      else { return }
      var (low, high) = (0, addresses.count)
      while low < high {
        let middle = (low + high) / 2
        if addresses[middle] < start { low = middle + 1 } else { high = middle }
      }
      guard low < addresses.count, best[low].map({ start >= $0.start }) ?? true else { return }
      let type = line[position + 1] | 0x20
      let code = type == UInt8(ascii: "t") || type == UInt8(ascii: "w")
      // Of several names at one address the first function stays.
      if let other = best[low], other.start == start, isCode[low] || !code { return }
      var symbol = Symbol(name: line.text(at: position + 3, until: 0x09), module: nil, start: start)
      let afterName = position + 3 + symbol.name.utf8.count
      if afterName + 2 < line.count, line[afterName + 1] == UInt8(ascii: "[") {
        symbol.module = line.text(at: afterName + 2, until: UInt8(ascii: "]"))
      }
      (best[low], isCode[low]) = (symbol, code)
    }
    return Self.spread(best, isCode, addresses)
  }

  /// Each address without a symbol right before it has the one of the address before.
  private static func spread(_ best: [Symbol?], _ isCode: [Bool], _ addresses: [UInt64]) -> [Symbol?] {
    var (current, currentIsCode): (Symbol?, Bool) = (nil, false)
    return addresses.indices.map { index in
      if let symbol = best[index], symbol.start >= current?.start ?? 0 {
        (current, currentIsCode) = (symbol, isCode[index])
      }
      guard let current, currentIsCode, addresses[index] - current.start < reach else { return nil }
      return current
    }
  }

  /// Names kernel addresses as a module's; the problem says how to see them where they are hidden.
  public func symbolize(addresses: [UInt64], names: Demangler.Options = Demangler.Options()) -> ModuleSymbols {
    let found = symbols(at: addresses)
    let demangled = SymbolizedFrame.named(found.map { $0?.name ?? "" }, names)
    let frames = zip(zip(found, demangled), addresses).map { pair, address -> [SymbolizedFrame] in
      guard pair.0 != nil else {
        return [SymbolizedFrame(name: "[kernel]+0x" + String(address, radix: 16), isSymbolized: false)]
      }
      return [pair.1]
    }
    var symbols = ModuleSymbols(source: found.contains { $0 != nil } ? "kallsyms" : "none", frames: frames)
    let missing = symbols.unsymbolizedCount
    if missing > 0 {
      symbols.problem = SymbolProblem(
        module: "[kernel]", buildID: nil,
        reason: missing == addresses.count && !isVisible
          ? .kernelAddressesHidden(restriction: restriction ?? 1) : .gaps,
        unsymbolizedCount: missing)
    }
    return symbols
  }
}
