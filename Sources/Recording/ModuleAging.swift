/// Chooses the modules that leave: of those that no process has any more, the ones that were used longest ago.
///
/// What short programs have in common is so opened once, and what each has for itself doesn't stay for weeks.
struct ModuleAging {
  /// Modules that may stay although no process has them.
  let limit: Int
  private var lastUse: [UInt32: UInt64] = [:]
  private var looks: UInt64 = 0

  /// As many files as most machines run, and descriptors far below what a process may have.
  static let usualLimit = 256

  /// Nothing was looked at.
  init(limit: Int) { self.limit = limit }

  /// Looks at who is used now. Where too many are not, half of what may stay remains, so that there is not one to leave
  /// at each look.
  mutating func leaving(of held: Set<UInt32>, used: Set<UInt32>) -> [UInt32] {
    looks += 1
    for module in held where used.contains(module) || lastUse[module] == nil { lastUse[module] = looks }
    let idle = held.subtracting(used)
    guard idle.count > limit else { return [] }
    let order = idle.sorted { (lastUse[$0] ?? 0, $0) < (lastUse[$1] ?? 0, $1) }
    let leaving = order.prefix(idle.count - limit / 2)
    for module in leaving { lastUse[module] = nil }
    return leaving.sorted()
  }
}
