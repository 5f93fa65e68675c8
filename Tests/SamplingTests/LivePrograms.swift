import Foundation
import Glibc
import Processes

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

  /// Sends itself SIGUSR1 and ends with status 0 if every one was handled: `signals COUNT`.
  static let signals = Result { try compile("signals", signalsSource) }

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
  private static let signalsSource = """
    #include <signal.h>
    static volatile long handled;
    static void handle(int number) { handled++; }
    int main(int count, char **arguments) {
      signal(SIGUSR1, handle);
      long wanted = atol(arguments[1]);
      for (long i = 0; i < wanted; i++) { kill(getpid(), SIGUSR1); burn(0.05); }
      return handled == wanted ? 0 : 1;
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
///
/// It's no child of this process, which could take its end from a sampler that traces it.
final class RunningProgram {
  private var input: Int32
  /// The program's process.
  let pid: Int32

  struct NotStarted: Error {}

  /// Starts it, by a shell that ends at once, and waits for its line `ready`.
  init(_ command: [String]) throws {
    // Sockets, unlike pipes, can be made close-on-exec at once, so that no other test's child inherits them.
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    var inputEnds: [Int32] = [0, 0]
    var outputEnds: [Int32] = [0, 0]
    guard socketpair(AF_UNIX, type, 0, &inputEnds) == 0, socketpair(AF_UNIX, type, 0, &outputEnds) == 0 else {
      throw NotStarted()
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, inputEnds[0], 0)
    posix_spawn_file_actions_adddup2(&actions, outputEnds[1], 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    // The threads that tests run on block most signals.
    var mask = sigset_t()
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let arguments = ["sh", "-c", "exec 3<&0; \"$@\" <&3 & echo $!", "sh"] + command
    var pointers = arguments.map { strdup($0) } + [nil]
    var shell: Int32 = 0
    let failure = posix_spawn(&shell, "/bin/sh", &actions, &attributes, &pointers, environ)
    for pointer in pointers { free(pointer) }
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
    close(inputEnds[0])
    close(outputEnds[1])
    input = inputEnds[1]
    defer { close(outputEnds[0]) }
    guard failure == 0 else { throw NotStarted() }
    var text: [UInt8] = []
    var byte: UInt8 = 0
    while text.count(where: { $0 == UInt8(ascii: "\n") }) < 2, read(outputEnds[0], &byte, 1) == 1 { text.append(byte) }
    var status: Int32 = 0
    waitpid(shell, &status, 0)
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    guard lines.contains("ready"), let pid = lines.lazy.compactMap({ Int32($0) }).first else { throw NotStarted() }
    self.pid = pid
  }

  /// Ends its input, upon which it ends.
  func stop() {
    if input >= 0 { close(input) }
    input = -1
  }

  deinit {
    stop()
    kill(pid, SIGKILL)
  }
}

/// Polls until the targets have gone or `condition` holds; false when neither came about in 30 seconds.
func poll<S: Sampler & ~Copyable>(
  _ sampler: inout S, _ collector: inout Collector, until condition: (Collector) -> Bool = { _ in false }
) throws -> Bool {
  let end = MachineClock.monotonic + 30_000_000_000
  while MachineClock.monotonic < end {
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

/// Whether this machine lets the tests trace, and if not, why.
enum PtraceAccess {
  static let failure: SamplingError? = {
    do throws(SamplingError) {
      let launcher = try CommandLauncher(command: ["true"])
      _ = try PtraceSampler(target: .suspended(launcher.pid))
      return nil
    } catch {
      return error
    }
  }()
}
