import Foundation

/// A started program, in a process group of its own that ends with this value.
///
/// Foundation's `Process` is not used: it neither sets process groups nor tells a signal's number apart from a status.
final class ChildProcess {
  /// The program's process number.
  let pid: pid_t
  private let output: FileHandle
  private var pending = Data()
  private var ending: Ending?

  /// The processes that its first thread has made and not yet waited for.
  var children: [pid_t] {
    let text = try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
    return (text ?? "").split(separator: " ").compactMap { pid_t($0) }
  }

  /// How a process ended.
  enum Ending: Equatable {
    /// By `exit`, with this status.
    case exited(Int32)
    /// By this signal.
    case signaled(Int32)

    /// What `waitpid` told.
    init(status: Int32) {
      let signal = status & 0x7f
      self = signal == 0 ? .exited((status >> 8) & 0xff) : .signaled(signal)
    }
  }

  /// A call that failed, and its `errno`.
  struct Failure: Error {
    var call: String
    var code: Int32
  }

  /// Starts `command`; its standard output is read by `line()`, its standard error goes to `errors` or nowhere.
  init(
    _ command: [String], folder: String? = nil, environment: [String: String] = [:], input: String = "/dev/null",
    errors: String = "/dev/null"
  ) throws {
    var pipes: [Int32] = [0, 0]
    guard pipe(&pipes) == 0 else { throw Failure(call: "pipe", code: errno) }
    for descriptor in pipes { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    pid = try spawn(
      command, folder: folder, environment: environment, input: input, output: .descriptor(pipes[1]), errors: errors)
    close(pipes[1])
    output = FileHandle(fileDescriptor: pipes[0], closeOnDealloc: true)
  }

  deinit {
    kill(-pid, SIGKILL)
    if ending == nil { _ = waitForEnd(of: pid) }
  }

  /// The next line of standard output, without its end; nil when there is none any more.
  func line() -> String? {
    while true {
      if let newline = pending.firstIndex(of: 10) {
        defer { pending.removeSubrange(pending.startIndex...newline) }
        return String(decoding: pending[pending.startIndex..<newline], as: UTF8.self)
      }
      let more = output.availableData
      if more.isEmpty { return nil }
      pending.append(more)
    }
  }

  /// Reads standard output up to the line `READY`; false when the program ended without it.
  func waitUntilReady() -> Bool {
    while let line = line() {
      if line == "READY" { return true }
    }
    return false
  }

  /// Whether the program has ended already.
  var hasEnded: Bool {
    var status: Int32 = 0
    if ending == nil, waitpid(pid, &status, WNOHANG) == pid { ending = Ending(status: status) }
    return ending != nil
  }

  /// Sends a signal to the program alone.
  func signal(_ number: Int32) { kill(pid, number) }

  /// Waits for the end, and kills the program's group when it doesn't come within `seconds`.
  @discardableResult func wait(atMost seconds: Double = 60) -> Ending {
    if let ending { return ending }
    let watchdog = Watchdog(pid: pid, seconds: seconds)
    let ending = waitForEnd(of: pid)
    watchdog.cancel()
    self.ending = ending
    return ending
  }
}

/// What a finished program left.
struct Outcome {
  /// As a shell tells it: the exit status, or 128 + the signal's number.
  var status: Int32
  /// Standard output.
  var output: String
  /// Standard error.
  var errors: String
}

/// Runs a program to its end, or kills it after `seconds`.
func run(
  _ command: [String], folder: String? = nil, environment: [String: String] = [:], input: String = "/dev/null",
  atMost seconds: Double = 90
) throws -> Outcome {
  let scratch = try TemporaryFolder()
  let output = scratch.path("output")
  let errors = scratch.path("errors")
  let pid = try spawn(
    command, folder: folder, environment: environment, input: input, output: .file(output), errors: errors)
  let watchdog = Watchdog(pid: pid, seconds: seconds)
  let ending = waitForEnd(of: pid)
  watchdog.cancel()
  func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
  switch ending {
  case .exited(let status): return Outcome(status: status, output: text(output), errors: text(errors))
  case .signaled(let number): return Outcome(status: 128 + number, output: text(output), errors: text(errors))
  }
}

/// Kills a process group that takes too long.
private struct Watchdog {
  let item: DispatchWorkItem
  init(pid: pid_t, seconds: Double) {
    item = DispatchWorkItem { kill(-pid, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: item)
  }
  func cancel() { item.cancel() }
}

private func waitForEnd(of pid: pid_t) -> ChildProcess.Ending {
  var status: Int32 = 0
  while waitpid(pid, &status, 0) < 0 {
    if errno != EINTR { return .exited(-1) }
  }
  return ChildProcess.Ending(status: status)
}

private enum OutputTarget {
  case file(String)
  case descriptor(Int32)
}

/// Starts a program with default signal handling, as a shell would in a new job.
private func spawn(
  _ command: [String], folder: String?, environment: [String: String], input: String, output: OutputTarget,
  errors: String
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
  switch output {
  case .file(let path): posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, 1)
  }
  posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  // The C library's own way to change folders is an extension that Swift doesn't see.
  let command = folder.map { ["env", "-C", $0] + command } ?? command

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  sigfillset(&signals)
  posix_spawnattr_setsigdefault(&attributes, &signals)
  posix_spawnattr_setflags(
    &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

  var variables = ProcessInfo.processInfo.environment
  variables.merge(environment) { $1 }
  let arguments = command.map { strdup($0) } + [nil]
  let settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
  defer { (arguments + settings).forEach { free($0) } }
  var pid: pid_t = 0
  let code = posix_spawnp(&pid, command[0], &actions, &attributes, arguments, settings)
  guard code == 0 else { throw ChildProcess.Failure(call: "posix_spawnp \(command[0])", code: code) }
  return pid
}
