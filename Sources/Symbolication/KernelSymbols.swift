import BinaryReading
import Demangling
import Glibc
import ProfileModel
import Searching

/// The kernel's own symbol table, `/proc/kallsyms`, with those of its modules and of BPF programs.
///
/// Lines read `ffffffff81000000 T name` and, for modules, a tab and `[module]`. The addresses are zero for readers that
/// `kernel.kptr_restrict` bars. There are no sizes: a function reaches to the next symbol of any kind.
package struct KernelSymbols: Sendable {
  /// A function of the kernel.
  package struct Symbol: Hashable, Sendable {
    /// Its name.
    package var name: String
    /// The module that it lies in; nil for the kernel proper.
    package var module: String?
    /// First address.
    package var start: UInt64
  }

  /// Where the table is.
  package var path: String
  private let restrictionPath: String

  /// Symbols past this distance from their function's start don't belong to it.
  private static let reach: UInt64 = 1 << 20

  /// Addresses that are asked for one by one; for more of them the table is faster.
  private static let questions = 10_000

  /// Whether this is the running kernel's table.
  private let isLive: Bool

  /// The table below `procFolder`; nothing is read yet.
  package init(procFolder: String = "/proc") {
    isLive = procFolder == "/proc"
    path = procFolder + "/kallsyms"
    restrictionPath = procFolder + "/sys/kernel/kptr_restrict"
  }

  /// The value of `kernel.kptr_restrict`; nil when it can't be read.
  package var restriction: Int? {
    var value: Int?
    TextLines(path: restrictionPath)?.forEach { line in value = value ?? Int(line.text(at: 0)) }
    return value
  }

  /// Whether this process may see kernel addresses.
  package var isVisible: Bool {
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

  /// Finds the functions of `addresses`, which are ascending: asks the kernel where it answers, else in one pass over the
  /// table.
  package func symbols(at addresses: [UInt64]) -> [Symbol?] {
    if isLive, addresses.count <= Self.questions, let lookup = KernelLookup() {
      let found = addresses.map { lookup.symbol(at: $0) }
      if found.contains(where: { $0 != nil }) { return found }
    }
    return listedSymbols(at: addresses)
  }

  /// Finds the functions of `addresses`, which are ascending, in one pass over the table.
  func listedSymbols(at addresses: [UInt64]) -> [Symbol?] {
    guard let first = addresses.first, let last = addresses.last, let lines = TextLines(path: path) else {
      return addresses.map { _ in nil }
    }
    var best = [Candidate](repeating: Candidate(), count: addresses.count)
    var place = 0
    lines.forEach { line in
      var position = 0
      guard let start = line.hexadecimal(at: &position), start != 0, start <= last,
        start &+ Self.reach > first, position + 3 < line.count
      else { return }
      // The table is mostly sorted, so that the place is mostly that of the line before.
      if addresses[place] < start || place > 0 && addresses[place - 1] >= start {
        place = addresses.dropLast().partitionPoint { $0 >= start }
      }
      guard start >= best[place].start else { return }
      let type = line[position + 1] | 0x20
      let isCode = type == UInt8(ascii: "t") || type == UInt8(ascii: "w")
      // Of several names at one address the first function stays.
      if best[place].start == start, best[place].isCode || !isCode { return }
      best[place].take(line.extracting((position + 3)...), start: start, isCode: isCode)
    }
    return Self.spread(best.map(\.symbol), best.map(\.isCode), addresses)
  }

  /// The last symbol before an address so far. Most lines are such a symbol for a while: names are made of the last only.
  private struct Candidate {
    /// Zero for none.
    var start: UInt64 = 0
    var isCode = false
    /// `name`, or `name`, tab, `[module]`.
    private var text: [UInt8] = []

    mutating func take(_ text: borrowing Span<UInt8>, start: UInt64, isCode: Bool) {
      (self.start, self.isCode) = (start, isCode)
      self.text.removeAll(keepingCapacity: true)
      // SAFETY: the bytes are copied during the call.
      unsafe text.withUnsafeBufferPointer { unsafe self.text.append(contentsOf: $0) }
    }

    var symbol: Symbol? {
      guard start != 0 else { return nil }
      let line = text.span
      var symbol = Symbol(name: line.text(at: 0, until: 0x09), module: nil, start: start)
      let afterName = symbol.name.utf8.count
      if afterName + 2 < line.count, line[afterName + 1] == UInt8(ascii: "[") {
        symbol.module = line.text(at: afterName + 2, until: UInt8(ascii: "]"))
      }
      return symbol
    }
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
  package func symbolize(addresses: [UInt64], names: Demangler.Options = Demangler.Options()) -> ModuleSymbols {
    let found = symbols(at: addresses)
    let demangled = SymbolizedFrame.named(found.map { $0?.name ?? "" }, names)
    let frames = zip(zip(found, demangled), addresses).map { pair, address -> [SymbolizedFrame] in
      guard pair.0 != nil else {
        return [.standIn(module: "[kernel]", address: address)]
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
