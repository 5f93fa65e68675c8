import CLinuxPerf
import Glibc

/// A thread that traces, and lets go by ending.
///
/// A thread can be let go by PTRACE_DETACH only while it's stopped, and stopping one that is blocked ends its system
/// call early. But when the tracer's thread ends, the kernel lets all that it traced go as they are: the blocked ones
/// notice nothing, stopped ones go on with the signal that they stopped for.
package enum TracingThread {
  /// Runs `body` on a thread of its own and waits until it has ended; on this thread where there is no other to be had.
  ///
  /// SIGCHLD is blocked on the calling thread meanwhile, so that the tracing thread's signalfd gets it.
  package static func run<Value: ~Copyable>(
    _ body: () throws(SamplingError) -> Value
  ) throws(SamplingError) -> Value {
    var result: Result<Value, SamplingError>?
    let failure = whileBlockingChildSignal {
      runAndJoin {
        do throws(SamplingError) { result = .success(try body()) } catch { result = .failure(error) }
      }
    }
    guard let result = consume result else {
      // No thread to be had (RLIMIT_NPROC, a pids cgroup): on this one, which must let go by itself, as it goes on.
      guard failure == EAGAIN else { throw .system(call: "pthread_create", errno: failure) }
      return try body()
    }
    return try result.get()
  }

  private static func whileBlockingChildSignal(_ body: () -> Int32) -> Int32 {
    var set = sigset_t()
    var previous = sigset_t()
    // SAFETY: the calls use the two sets during the call only.
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGCHLD)
    unsafe pthread_sigmask(SIG_BLOCK, &set, &previous)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }
    return body()
  }

  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Returns 0, or why no thread could be made.
  private static func runAndJoin(_ body: () -> Void) -> Int32 {
    withoutActuallyEscaping(body) { body in
      let work = Work(body)
      return withExtendedLifetime(work) {
        var thread = pthread_t()
        // SAFETY: `work` outlives the thread, which is joined below; while it runs, this thread only waits.
        let failure = unsafe pthread_create(
          &thread, nil,
          { pointer in
            if let pointer = unsafe pointer {
              unsafe Unmanaged<Work>.fromOpaque(pointer).takeUnretainedValue().body()
            }
            return nil
          }, Unmanaged.passUnretained(work).toOpaque())
        if failure == 0 { pthread_join(thread, nil) }
        return failure
      }
    }
  }
}
