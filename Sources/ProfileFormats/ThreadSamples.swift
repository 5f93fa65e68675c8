import ProfileModel

/// The samples of one thread in order of time, runs of equal stacks joined.
struct ThreadSamples {
  /// Samples in a row with the same stack.
  struct Run {
    var stack: StackID?
    var weight: Int64
  }

  /// How the thread is called, with its process and number where known.
  var name: String
  /// In order of time.
  var runs: [Run] = []
  /// The sum of the runs' weights.
  var total: Int64 = 0

  init(name: String) { self.name = name }

  /// All threads that have selected samples, in the profile's order.
  static func all(in selected: SelectedProfile) -> [ThreadSamples] {
    let profile = selected.profile
    var threads = profile.threads.map { ThreadSamples(name: name(of: $0, in: profile)) }
    for sample in selected.samples where sample.weight > 0 {
      let thread = sample.thread.index
      threads[thread].total += sample.weight
      if let last = threads[thread].runs.last, last.stack == sample.stack {
        threads[thread].runs[threads[thread].runs.count - 1].weight += sample.weight
      } else {
        threads[thread].runs.append(Run(stack: sample.stack, weight: sample.weight))
      }
    }
    return threads.filter { $0.total > 0 }
  }

  /// The position of the thread with most weight, the first of equals; 0 for none.
  static func heaviest(of threads: [ThreadSamples]) -> Int {
    var best = 0
    for (index, thread) in threads.enumerated() where thread.total > threads[best].total { best = index }
    return best
  }

  private static func name(of thread: ThreadRecord, in profile: Profile) -> String {
    let process = profile.processes[thread.process.index]
    if process.isUnnamed { return thread.name.isEmpty ? profile.title : thread.name }
    let processName = process.pid > 0 ? "\(process.name) (pid \(process.pid))" : process.name
    if thread.tid == process.pid || thread.tid == 0 && thread.name == process.name { return processName }
    return thread.tid > 0 ? "\(processName) · \(thread.name) (tid \(thread.tid))" : "\(processName) · \(thread.name)"
  }
}
