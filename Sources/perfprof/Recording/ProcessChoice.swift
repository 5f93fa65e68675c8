import Glibc
import Processes
import Sampling

/// The processes that `-p` names, each looked at before anything is opened.
struct ProcessChoice {
  private(set) var processes: [ProcessStatus] = []
  /// What names stood for, a line each.
  private(set) var remarks: [String] = []

  /// Processes that were chosen otherwise.
  init(_ processes: [ProcessStatus]) { self.processes = processes }

  /// Understands numbers, names of programs, and lists of them with commas or blanks between.
  init(_ words: [String]) throws(Failure) {
    for word in words {
      let pieces = word.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init)
      guard !pieces.isEmpty else {
        throw Failure(
          .usage, "-p '\(word)': empty, as `pidof` prints where nothing runs: name a process from `ps -e`")
      }
      // Programs can have blanks in their names, and commas.
      if pieces.count > 1, pieces.contains(where: { Int32($0) == nil }), try add(named: word) { continue }
      for piece in pieces { try add(piece) }
    }
  }

  /// What is to be said of processes that the chosen ones made earlier, which are not sampled unless they are chosen too; nil
  /// where there are none.
  var remarkOnChildren: String? {
    let chosen = Set(processes.map(\.pid))
    let children = processes.flatMap { ProcessStatus.children(of: $0.pid) }.filter {
      !chosen.contains($0) && $0 != getpid()
    }
    let others = children.prefix(1024).compactMap { try? ProcessStatus(pid: $0) }.filter { !$0.isZombie }
    guard let first = others.first else { return nil }
    let isOneName = others.allSatisfy { $0.name == first.name }
    let who = processes.count == 1 ? "\(processes[0].name) (\(processes[0].pid))" : "these processes"
    let subject = others.count == 1 ? "1 process that \(who) made is" : "\(others.count) processes that \(who) made are"
    let advice =
      isOneName ? "-p \(first.name)" : "-p \(others.prefix(3).map { "\($0.pid)" }.joined(separator: ","))…, or -G"
    return "\(subject) not sampled, being older than this: name \(others.count == 1 ? "it" : "them") too, by \(advice)"
  }

  private mutating func add(_ word: String) throws(Failure) {
    guard word.utf8.allSatisfy({ (48...57).contains($0) }) else {
      guard !word.hasPrefix("-") else {
        throw Failure(.usage, "-p \(word): neither the number nor the name of a process: use one from `ps -e`")
      }
      guard try add(named: word) else {
        throw Failure(.noInput, "-p \(word): no process has this name: `ps -e` lists those that run")
      }
      return
    }
    guard let number = Int32(word), number > 0 else {
      throw Failure(.usage, "-p \(word): not a process number: use one from `ps -e`")
    }
    guard number != getpid() else { throw Failure(.usage, "-p \(word): that is perfprof itself") }
    do throws(SamplingError) {
      let status = try Self.status(of: number)
      if status.isZombie { throw .zombie(pid: number) }
      if status.isKernelThread { throw .kernelThread(pid: number) }
      add(status)
    } catch { throw Failure(error) }
  }

  /// Adds all processes of a program's name; whether there are any.
  private mutating func add(named name: String) throws(Failure) -> Bool {
    let found = ProcessStatus.allProcesses().sorted().compactMap { try? ProcessStatus(pid: $0) }.filter { status in
      !status.isZombie && !status.isKernelThread && status.pid != getpid() && Self.isCalled(name, status)
    }
    guard !found.isEmpty else { return false }
    for status in found { add(status) }
    let numbers = found.map { "\($0.pid)" }
    let list = numbers.prefix(12).joined(separator: ", ")
    let more = numbers.count > 12 ? " and \(numbers.count - 12) more" : ""
    remarks.append("\(name) is \(found.count == 1 ? "process" : "\(found.count) processes:") \(list)\(more)")
    return true
  }

  private mutating func add(_ status: ProcessStatus) {
    if !processes.contains(where: { $0.pid == status.pid }) { processes.append(status) }
  }

  /// By the short name, which has 15 bytes at most, or by the file's name as it was called.
  private static func isCalled(_ name: String, _ status: ProcessStatus) -> Bool {
    if status.name == name { return true }
    guard let called = status.command.first else { return false }
    return called == name || called.split(separator: "/").last.map(String.init) == name
  }

  private static func status(of pid: Int32) throws(SamplingError) -> ProcessStatus {
    do { return try ProcessStatus(pid: pid) } catch { throw SamplingError(error) }
  }
}
