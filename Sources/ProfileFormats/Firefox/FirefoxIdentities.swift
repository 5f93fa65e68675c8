import ProfileModel

/// What tells the threads of a Firefox profile apart: numbers as text, `4`, and where a number comes again `4.1`.
struct FirefoxIdentities {
  /// One thread's.
  struct Identity: Hashable {
    var pid: String
    var tid: String
    /// Whether the viewer shows it as its process: one thread of each at most.
    var isMain: Bool
  }

  /// In the profile's order.
  private(set) var threads: [Identity] = []

  /// - Parameter isSampled: For each thread whether it is written at all.
  init(_ profile: Profile, isSampled: [Bool]) {
    var pids = DistinctNumbers()
    var tids = DistinctNumbers()
    let processes = profile.processes.map { pids.text(for: $0.pid) }
    var hasMain = [Bool](repeating: false, count: processes.count)
    // Where no thread has the process's number, as in files without numbers, the first one stands for it.
    let isNumbered = Self.processesWithMainThread(profile, isSampled)
    for (index, thread) in profile.threads.enumerated() {
      let process = thread.process.index
      let isCandidate = thread.tid == profile.processes[process].pid || !isNumbered[process]
      let isMain = isSampled[index] && !hasMain[process] && isCandidate
      if isMain { hasMain[process] = true }
      threads.append(Identity(pid: processes[process], tid: tids.text(for: thread.tid), isMain: isMain))
    }
  }

  private static func processesWithMainThread(_ profile: Profile, _ isSampled: [Bool]) -> [Bool] {
    var result = [Bool](repeating: false, count: profile.processes.count)
    for (index, thread) in profile.threads.enumerated() where isSampled[index] {
      if thread.tid == profile.processes[thread.process.index].pid { result[thread.process.index] = true }
    }
    return result
  }
}

/// Texts for numbers, each a different one.
private struct DistinctNumbers {
  private var uses: [Int32: Int] = [:]

  mutating func text(for number: Int32) -> String {
    let count = uses[number, default: 0]
    uses[number] = count + 1
    return count == 0 ? String(number) : "\(number).\(count)"
  }
}
