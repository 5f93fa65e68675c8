import BinaryReading
import Glibc
import Sampling
import TextWriting
import Wording

/// What `-e help` prints: the events by name, and whether this machine has them.
struct EventList {
  private let catalog = EventCatalog()

  func text() -> String {
    var table = TextTable([
      .init("EVENT", .left), .init("ALSO", .left, cutTo: 10, leaves: 0), .init("HERE", .left, cutTo: 20),
    ])
    for entry in catalog.entries {
      let problem = Self.problem(with: entry.event)
      // Of the many that a processor may have only those that this one has.
      if problem != nil, entry.isOfCache { continue }
      table.add([entry.names[0], entry.names.dropFirst().joined(separator: ", "), problem ?? "yes"])
    }
    let tracepoints =
      catalog.tracepointCount.map { "\($0.grouped) tracepoints, such as sched:sched_switch: `perf list tracepoint`" }
      ?? "tracepoints, such as sched:sched_switch: not to be had, \(Self.tracepointProblem)"
    let columns = Terminal.columns(of: STDOUT_FILENO)
    return table.text(columns: columns) + "\n" + tracepoints.wrapped(toColumns: columns) + "\n"
  }

  /// Why an event can't be sampled on this very process; nil where it can.
  private static func problem(with event: SampledEvent) -> String? {
    var options = SamplingOptions()
    options.events = [event]
    do throws(SamplingError) {
      try PerfEventSampler.check(options)
      return nil
    } catch {
      switch error {
      case .eventUnavailable(_, let number): return "no (\(errorText(number)))"
      case .eventNotPermitted, .notPermitted: return "not permitted to you"
      default: return Failure(error).sentence
      }
    }
  }

  private static var tracepointProblem: String {
    do throws(EventNameError) {
      _ = try EventCatalog().event(named: "sched:sched_switch")
      return "for whatever reason"
    } catch {
      switch error {
      case .noTraceFileSystem: return "tracefs is not mounted (sudo mount -t tracefs tracefs /sys/kernel/tracing)"
      case .traceFileSystemClosed(_, let path, _): return "\(path) is closed to you (use sudo)"
      default: return "the kernel has none"
      }
    }
  }
}
