import Foundation
import Glibc

@testable import Sampling

/// C programs for live tests, compiled once by the machine's compiler.
enum LivePrograms {
  /// Burns CPU time: `burn MILLISECONDS [THREADS]`; each thread as much.
  static let burn = Result { try compile("burn", burnSource) }
  /// Prints `ready`, then keeps THREADS threads busy until its input ends: `crowd THREADS PAUSE-MICROSECONDS`.
  static let crowd = Result { try compile("crowd", crowdSource) }
  /// Makes threads, each of which burns CPU time and ends, until its input ends: `churn MILLISECONDS`.
  static let churn = Result { try compile("churn", churnSource) }
  /// Prints `ready`; once its input ends, forks a child that burns CPU time, and ends before the child:
  /// `orphan MILLISECONDS`.
  static let orphan = Result { try compile("orphan", orphanSource) }

  struct NotCompiled: Error {
    var status: Int32
  }

  private static func compile(_ name: String, _ source: String) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("perfprof-sampling-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent(name + ".c")
    let program = folder.appendingPathComponent(name).path
    try Data((common + source).utf8).write(to: file)
    let status = try run(["cc", "-O1", "-pthread", "-o", program, file.path])
    guard status == .exited(0) else { throw NotCompiled(status: status.shellStatus) }
    return program
  }

  private static func run(_ command: [String]) throws -> ExitStatus {
    var launcher = try CommandLauncher(command: command)
    try launcher.resume()
    return launcher.waitForExit()
  }

  private static let common = """
    #define _GNU_SOURCE
    #include <pthread.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <time.h>
    #include <unistd.h>
    static double spent(void) {
      struct timespec t;
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
      return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
    }
    static volatile long sink;
    static void burn(double milliseconds) {
      double end = spent() + milliseconds;
      while (spent() < end) for (int i = 0; i < 5000; i++) sink += i;
    }
    static void await_end_of_input(void) { char c; while (read(0, &c, 1) > 0) {} }
    static void ready(void) { puts("ready"); fflush(stdout); }

    """
  private static let burnSource = """
    static void *work(void *time) { burn(*(double *)time); return NULL; }
    int main(int count, char **arguments) {
      double time = atof(arguments[1]);
      int threads = count > 2 ? atoi(arguments[2]) : 1;
      pthread_t made[64];
      for (int i = 1; i < threads; i++) pthread_create(&made[i], NULL, work, &time);
      burn(time);
      for (int i = 1; i < threads; i++) pthread_join(made[i], NULL);
    }
    """
  private static let crowdSource = """
    static long pause_time;
    static void *work(void *none) {
      for (;;) { burn(0.02); if (pause_time > 0) usleep(pause_time); }
    }
    int main(int count, char **arguments) {
      pause_time = atol(arguments[2]);
      pthread_attr_t attributes;
      pthread_attr_init(&attributes);
      pthread_attr_setstacksize(&attributes, 65536);
      pthread_t made;
      for (int i = 1; i < atoi(arguments[1]); i++) pthread_create(&made, &attributes, work, NULL);
      ready();
      await_end_of_input();
    }
    """
  private static let churnSource = """
    static double time_each;
    static volatile int ended;
    static void *work(void *none) { burn(time_each); return NULL; }
    static void *watch(void *none) { await_end_of_input(); ended = 1; return NULL; }
    int main(int count, char **arguments) {
      time_each = atof(arguments[1]);
      pthread_t made[4], watcher;
      pthread_create(&watcher, NULL, watch, NULL);
      ready();
      while (!ended) {
        for (int i = 0; i < 4; i++) pthread_create(&made[i], NULL, work, NULL);
        for (int i = 0; i < 4; i++) pthread_join(made[i], NULL);
      }
    }
    """
  private static let orphanSource = """
    int main(int count, char **arguments) {
      ready();
      await_end_of_input();
      if (fork() == 0) burn(atof(arguments[1]));
    }
    """
}

/// A program that runs until it's told to stop, or this value goes.
final class RunningProgram {
  private let process = Process()
  private let input = Pipe()

  var pid: Int32 { process.processIdentifier }

  /// Starts it and waits for its line `ready`.
  init(_ command: [String]) throws {
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var line = Data()
    while !line.contains(UInt8(ascii: "\n")) {
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { break }
      line += more
    }
  }

  /// Ends its input, upon which it ends.
  func stop() { try? input.fileHandleForWriting.close() }

  deinit {
    stop()
    kill(pid, SIGKILL)
    process.waitUntilExit()
  }
}

/// Polls until the targets have gone or `condition` holds; false when neither came about in 30 seconds.
func poll<S: Sampler & ~Copyable>(
  _ sampler: inout S, _ collector: inout Collector, until condition: (Collector) -> Bool = { _ in false }
) throws -> Bool {
  let end = MonotonicClock.now() + 30_000_000_000
  while MonotonicClock.now() < end {
    if try sampler.poll(timeoutMilliseconds: 20, handler: &collector) == .allTargetsExited { return true }
    if condition(collector) { return true }
  }
  return false
}

/// Whether this machine lets the tests sample, and if not, why.
enum PerfAccess {
  static let failure: SamplingError? = {
    do throws(SamplingError) {
      _ = try PerfEventSampler(target: .processes([getpid()]))
      return nil
    } catch {
      return error
    }
  }()
}
