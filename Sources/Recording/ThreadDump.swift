import CLinuxPerf
import Glibc
import Processes
import ProfileModel
import RecordingFormat
import Sampling

/// All threads of a process, looked at once: where they are, and what those that don't run wait for.
package struct ThreadDump: Sendable {
  /// A sample of each thread, or several of one, of which the last counts.
  package let profile: Profile
  /// What was seen of each beside its stack, by number.
  package let threads: [ObservedThread]
  /// How long threads that ran were held.
  package let pauses: PauseStatistics
  /// How long it took to look at all of them, in seconds, without finding names.
  package let seconds: Double

  /// Takes a dump of a process.
  package static func take(pid: Int32, options: RecordOptions) throws(ThreadDumpError) -> ThreadDump {
    // SAFETY: the name is a literal.
    let descriptor = unsafe clp_memory_file("perfprof")
    guard descriptor >= 0 else { throw .sampling(.system(call: "memfd_create", errno: errno)) }
    let taken: Taken
    do throws(SamplingError) {
      let file = RecordingFile(RecordingWriter(path: "memory", owning: descriptor))
      taken = try TracingThread.run { () throws(SamplingError) -> Taken in
        let priority = PollingPriority()
        defer { priority.restore() }
        let begin = MachineClock.monotonic
        var snapshot = try ThreadSnapshot(pid: pid)
        var session = RecordingSession(options: options, sampler: snapshot.description, file: file)
        session.loop.recorder.periodsAreTime = false
        try session.loop.run(&snapshot, shouldStop: { false })
        return Taken(
          session: session, file: file, threads: snapshot.threads, pauses: snapshot.pauses,
          description: snapshot.description,
          seconds: Double(MachineClock.monotonic - begin) / 1e9)
      }
    } catch { throw .sampling(error) }
    return try taken.finish()
  }

  private struct Taken: ~Copyable {
    var session: RecordingSession
    var file: RecordingFile
    var threads: [ObservedThread]
    var pauses: PauseStatistics
    var description: SamplerDescription
    var seconds: Double

    consuming func finish() throws(ThreadDumpError) -> ThreadDump {
      let (threads, pauses, seconds, file) = (threads, pauses, seconds, file)
      let outcome = session.finish(file, description, effects: [], commandTime: nil, isNamingWanted: { _ in true })
      do throws(RecordingError) {
        return ThreadDump(
          profile: try outcome.profile(), threads: threads, pauses: pauses, seconds: seconds)
      } catch { throw .unreadable(error) }
    }
  }
}

/// Why there is no dump.
package enum ThreadDumpError: Error {
  /// The process can't be looked at.
  case sampling(SamplingError)
  /// What was seen can't be read back, which should not happen.
  case unreadable(RecordingError)
}
