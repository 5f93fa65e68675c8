import Symbolication

/// Tells by its kernel stack whether a thread is in the midst of exec: its old program's memory is gone, and its
/// registers, which are still that program's, lead nowhere.
///
/// Asks the kernel for the names of its functions, an address once; where it doesn't answer, nothing is known.
struct ExecWork: ~Copyable {
  private var lookup: KernelLookup?
  private var hasLookup = false
  private var isExec: [UInt64: Bool] = [:]

  /// More places in the kernel than stacks of exec go through.
  private static let mostAddresses = 16_384

  /// Whether the kernel is loading a program for the thread whose kernel stack this is, leaf first.
  mutating func isUnderWay(_ chain: Span<UInt64>) -> Bool {
    guard !chain.isEmpty else { return false }
    if !hasLookup {
      hasLookup = true
      lookup = KernelLookup()
    }
    // The outermost of its functions is some four calls from the root, whatever the leaf does.
    for index in chain.indices.reversed().prefix(16) where isExec(chain[index]) { return true }
    return false
  }

  private mutating func isExec(_ address: UInt64) -> Bool {
    if let known = isExec[address] { return known }
    guard isExec.count < Self.mostAddresses, let name = lookup?.symbol(at: address &- 1)?.name else { return false }
    let answer = name == "load_elf_binary" || name == "load_compat_elf_binary"
    isExec[address] = answer
    return answer
  }
}
