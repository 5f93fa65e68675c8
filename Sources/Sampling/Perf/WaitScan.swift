import Glibc
import Processes
import ProfileModel

/// Finds what threads wait for that no switch tells of: those that waited before sampling began, and, where not every
/// switch is sampled, those that switch too seldom to be met.
struct WaitScan: ~Copyable {
  private struct Place {
    var regions: StackRegions
    var pages: PageMap?
    var readAt: UInt64
  }
  private var reader = WaitingThreadReader()
  private var places: [Int32: Place] = [:]
  /// How often each thread had been put on a processor when it was last looked at.
  private var turns: [Int32: UInt64] = [:]
  private var nextLook: UInt64 = 0

  /// How old what is known of a process's memory may be.
  private static let longestAge: UInt64 = 2_000_000_000
  /// Time between two looks at all threads, and how much of it for each.
  private static let (shortest, perThread): (UInt64, UInt64) = (20_000_000, 500_000)

  init() {}

  /// Reads those of the processes' threads that wait, and have run since they were last read; they are awaited from then on.
  mutating func look(
    at processes: [Int32], awaited: AwaitedThreads?, handler: inout some SamplingHandler & ~Copyable
  ) {
    var count: UInt64 = 0
    var known: [Int32: UInt64] = [:]
    for pid in processes {
      for tid in ProcessStatus.threads(of: pid) {
        count += 1
        guard let now = ThreadTimes(pid: pid, tid: tid)?.turns else { continue }
        if turns[tid] != now {
          read(tid, of: pid, awaited: awaited, handler: &handler)
          // As of before the reading: what ran since shows at the next look.
        }
        known[tid] = now
      }
    }
    turns = known
    places = places.filter { processes.contains($0.key) }
    nextLook = MachineClock.monotonic + max(Self.shortest, count * Self.perThread)
  }

  /// Has the next look read all threads that wait.
  mutating func forget() { turns.removeAll() }

  /// Whether some time has passed since the last look.
  var isDue: Bool { MachineClock.monotonic >= nextLook }

  private mutating func read(
    _ tid: Int32, of pid: Int32, awaited: AwaitedThreads?, handler: inout some SamplingHandler & ~Copyable
  ) {
    let now = MachineClock.monotonic
    let switches = awaited?.switches(of: tid, in: pid)
    // What it waits for is known by a sample, and that it will be told of its end.
    if let switches, awaited?.isAwaited(tid, switches: switches) == true { return }
    let place: Place
    if let known = places[pid], now &- known.readAt < Self.longestAge {
      place = known
    } else {
      place = Place(regions: StackRegions(pid: pid), pages: PageMap(pid: pid, tid: tid), readAt: now)
      places[pid] = place
    }
    _ = reader.read(tid, of: pid, pages: place.pages, regions: place.regions) { sample, thread in
      guard case .waiting(let reason) = thread.state else { return }
      handler.waiting(sample, for: reason)
      // It still waits, or it has gone on, and been switched more often than this says.
      if let switches { awaited?.await(tid, switches: switches) }
    }
  }
}
