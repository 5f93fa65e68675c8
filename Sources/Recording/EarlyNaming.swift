import Dispatch
import Processes
import RecordingFormat
import Synchronization

/// Names modules that leave before the end, on a thread of its own, while sampling goes on.
final class EarlyNaming: Sendable {
  let symbolization: Symbolization
  private let queue = DispatchQueue(label: "perfprof.naming")
  private let state = Mutex(State())

  private struct State {
    var isBusy = false
    var found: [RecordedNames] = []
    /// What naming each module took last, in nanoseconds of CPU time, since the last time that was asked.
    var costs: [UInt32: UInt64] = [:]
  }

  /// Naming in this way.
  init(_ symbolization: Symbolization) { self.symbolization = symbolization }

  /// Whether modules are still being named.
  var isBusy: Bool { state.withLock(\.isBusy) }

  /// Begins to name these modules, when the others are done.
  func begin(_ work: [NamingWork]) {
    guard !work.isEmpty else { return }
    state.withLock { $0.isBusy = true }
    queue.async { [self] in
      for module in work {
        // Names of Swift are read by forked children, of whom this is the only parent.
        let before = MachineClock.threadCPU &+ MachineClock.childrenCPU
        let names = symbolization.symbolize(module)
        let cost = MachineClock.threadCPU &+ MachineClock.childrenCPU &- before
        state.withLock { state in
          state.found.append(names)
          state.costs[module.module] = cost
        }
      }
      state.withLock { $0.isBusy = false }
    }
  }

  /// What was found since the last time.
  func take() -> [RecordedNames] {
    state.withLock { state in
      defer { state.found = [] }
      return state.found
    }
  }

  /// What naming took, by module, in nanoseconds of CPU time; of modules that were named since this was last asked.
  func takeCosts() -> [UInt32: UInt64] {
    state.withLock { state in
      defer { state.costs = [:] }
      return state.costs
    }
  }

  /// Waits until everything is named; what was found since the last time.
  func finish() -> [RecordedNames] {
    queue.sync {}
    return take()
  }
}
