import Glibc
import Processes
import ProfileModel
import Symbolication

/// Tells by the kernel's functions what a thread that leaves its processor waits for, and what woke it.
final class WaitReasons {
  private let question: Question?
  private var names: [UInt64: String] = [:]
  private var known: [Int: WaitReason] = [:]
  private var knownWakes: [Int: Wake] = [:]
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

  /// What ended a wait.
  enum Wake: Hashable {
    /// The thread that was running.
    case thread
    case interrupt(Waker.Interrupt)
    /// Nothing tells which of both.
    case unknown
  }

  /// What the functions of a kernel stack tell of who woke a thread there, leaf first.
  func wake(by chain: Span<UInt64>) -> Wake {
    guard !chain.isEmpty else { return .unknown }
    let hash = Self.hash(chain)
    if let wake = knownWakes[hash] { return wake }
    let functions = functions(of: chain)
    // Where functions have no names, an interrupt could pass for a thread.
    let isNamed = functions.contains { $0.contains("wake_up") }
    let wake = isNamed ? Waker.Interrupt(kernelStack: functions).map { .interrupt($0) } ?? .thread : Wake.unknown
    if knownWakes.count >= Self.mostKnown { knownWakes.removeAll() }
    knownWakes[hash] = wake
    return wake
  }

  private static func hash(_ chain: Span<UInt64>) -> Int {
    var hasher = Hasher()
    for index in chain.indices { hasher.combine(chain[index]) }
    return hasher.finalize()
  }

  /// What the functions of a kernel stack tell, leaf first.
  func reason(of chain: Span<UInt64>) -> WaitReason {
    guard !chain.isEmpty else { return .unknown }
    let hash = Self.hash(chain)
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
