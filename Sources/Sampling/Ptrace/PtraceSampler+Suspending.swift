import CLinuxPerf
import Glibc
import Processes
import ProfileModel

extension PtraceSampler {
  /// Lets the targets go, once this thread ends, and remembers which they were.
  package mutating func suspend(handler: inout some SamplingHandler & ~Copyable) throws(SamplingError) {
    guard !isFinished else { return }
    suspended = threads.numbers.compactMap { tid in threads[tid].map { ($0.pid, tid) } }
    try settle(handler: &handler)
    // It belongs to this thread.
    signals = nil
  }

  /// Takes the targets again that are still there, with the threads and processes that they made meanwhile. What they ran
  /// meanwhile counts for nothing. Where none is to be had any more, it's as if all had ended.
  package mutating func resume(handler: inout some SamplingHandler & ~Copyable) throws(SamplingError) {
    guard !isFinished, let before = suspended else { return }
    suspended = nil
    signals = ChildSignal()
    // A number may be another's by now; the file that was opened of a thread knows.
    let present = before.filter { threads[$0.tid] == nil || threads.isAlive($0.tid) }
    var found = TracedThreads()
    try? Self.seizeThreads(of: Self.withChildren(Set(present.map(\.pid))), into: &found)
    let time = MachineClock.monotonic
    for thread in before where found[thread.tid] == nil {
      if !found.has(process: thread.pid) { mappings?.forget(thread.pid) }
      handler.event(.exited(pid: thread.pid, tid: thread.tid, time: time))
    }
    threads = found
    for pid in Set(threads.numbers.compactMap { threads[$0]?.pid }).sorted() {
      mappings?.expire(pid)
      describe(pid: pid, handler: &handler)
    }
    nextSweep = time
  }

  /// The processes, and those that they made or that these did, in order of their numbers.
  private static func withChildren(_ processes: Set<Int32>) -> [Int32] {
    let parents = ProcessStatus.allProcesses().compactMap { pid in
      (try? ProcessStatus(pid: pid)).map { (pid: pid, parent: $0.parent) }
    }
    var family = processes
    var count = 0
    while count != family.count {
      count = family.count
      for process in parents where family.contains(process.parent) { family.insert(process.pid) }
    }
    return family.sorted()
  }
}
