import ArgumentParser
import Processes
import Recording
import Sampling

/// The options on whom to sample, of everything that attaches.
struct TargetFlags: ParsableArguments {
  @Option(
    name: [.customShort("p"), .customLong("pid")],
    help: ArgumentHelp(
      """
      Process to attach to, by number or by its program's name, which stands for all of that name; may be repeated, or \
      a list: 12,34.
      """, valueName: "PID|NAME"),
    completion: .custom { _, _, prefix in ProcessCompletion.words(prefix) })
  var pid: [String] = []

  @Flag(name: [.customShort("a"), .customLong("all")], help: "Sample every process.")
  var all = false

  @Option(
    name: [.customShort("G"), .customLong("cgroup")],
    help: ArgumentHelp(
      """
      Control group whose processes to attach to, with those of groups below it: a path as in /proc/PID/cgroup, a folder, \
      or a container's number.
      """, valueName: "CGROUP"))
  var group: String?

  @Option(
    help: ArgumentHelp(
      "Only their threads of this name, where * stands for any characters, or with this number; may be repeated.",
      valueName: "NAME|TID"))
  var thread: [String] = []

  /// Which threads of the targets; nil for all.
  var threads: ThreadChoice? { ThreadChoice(thread) }

  /// What is to be said of `--thread` before sampling: names that none of the processes' threads has yet.
  func remarks(on processes: [ProcessStatus]) throws(Failure) -> [String] {
    guard !thread.isEmpty, !processes.isEmpty else { return [] }
    let source = LiveProcesses()
    let there = processes.flatMap { process in
      source.threads(of: process.pid).map { ($0, source.name(ofThread: $0, of: process.pid) ?? process.name) }
    }
    var remarks: [String] = []
    for word in thread where !there.contains(where: { ThreadChoice([word])?.contains($0.0, named: $0.1) == true }) {
      let names = Set(there.map(\.1)).sorted()
      let list = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? " and \(names.count - 12) more" : "")
      guard Int32(word) == nil else {
        throw Failure(.noInput, "--thread \(word): no thread of the processes has this number: there are \(list)")
      }
      remarks.append("--thread \(word): no thread has this name yet; there are \(list)")
    }
    return remarks
  }

  /// How many ways of naming targets are in use.
  var count: Int { [!pid.isEmpty, all, group != nil].count { $0 } }

  /// The processes that are named, each looked at, and what names stood for; none for every process.
  func choice() throws(Failure) -> ProcessChoice {
    if let group { return ProcessChoice(try GroupMembers(of: group).processes) }
    return try ProcessChoice(pid)
  }
}
