import Glibc
import Processes
import ProfileModel
import Symbolication

/// Tells by the kernel's functions what a thread that leaves its processor waits for.
final class WaitReasons {
  private let question: Question?
  private var names: [UInt64: String] = [:]
  private var known: [Int: WaitReason] = [:]
  /// How often the whole table of the kernel's functions was read, for want of a better way.
  private var readings = 0
  /// Past this it is not read again.
  private static let mostReadings = 64
  /// Addresses and stacks that are kept.
  private static let mostKnown = 8_192

  init() { question = Question() }

  /// A place for what can't be copied.
  private final class Question {
    let lookup: KernelLookup

    init?() {
      guard let lookup = KernelLookup() else { return nil }
      self.lookup = lookup
    }
  }

  /// What the functions of a kernel stack tell, leaf first.
  func reason(of chain: Span<UInt64>) -> WaitReason {
    guard !chain.isEmpty else { return .unknown }
    var hasher = Hasher()
    for index in chain.indices { hasher.combine(chain[index]) }
    let hash = hasher.finalize()
    if let reason = known[hash] { return reason }
    let functions = functions(of: chain)
    let reason = WaitReason(kernelStack: functions) ?? .unknown
    if known.count >= Self.mostKnown { known.removeAll() }
    known[hash] = reason
    return reason
  }

  private func functions(of chain: Span<UInt64>) -> [String] {
    if names.count >= Self.mostKnown { names.removeAll() }
    var addresses: [UInt64] = []
    // All but the leaf are return addresses.
    for index in chain.indices { addresses.append(index == 0 ? chain[index] : chain[index] &- 1) }
    let missing = Set(addresses.filter { names[$0] == nil }).sorted()
    if !missing.isEmpty {
      if let question {
        for address in missing { names[address] = question.lookup.symbol(at: address)?.name ?? "" }
      } else if readings < Self.mostReadings {
        readings += 1
        for (address, symbol) in zip(missing, KernelSymbols().symbols(at: missing)) {
          names[address] = symbol?.name ?? ""
        }
      }
    }
    return addresses.compactMap { names[$0] }.filter { !$0.isEmpty }
  }
}
