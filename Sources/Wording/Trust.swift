import ProfileModel
import TextWriting

extension Completeness {
  /// What is known of the stacks' roots: `99.4 % of stacks rooted`; nil where there are no stacks.
  package var rootedText: String? {
    guard samples > 0 else { return nil }
    return rootedShare.map { "\($0.percent) of stacks rooted" } ?? "which stacks are rooted is not known"
  }

  /// The same where room is scarce: `99.4 % rooted`.
  package var shortRootedText: String? {
    guard samples > 0 else { return nil }
    return rootedShare.map { "\($0.percent) rooted" } ?? "roots not known"
  }
}

extension ProfileMetadata {
  /// How many samples were lost, as `3 lost`; nil where nobody counted.
  package var lostText: String? { isRecorded || lost > 0 ? "\(lost.grouped) lost" : nil }

  /// What the targets used of CPU time and how busy that kept the machine: `0.12 s of CPU, 12 % of one core`,
  /// `6.80 s of CPU, 3.4 cores`; nil where it is not known.
  package var cpuLoadText: String? {
    guard let used = cpuSecondsUsed, used.isFinite, used >= 0 else { return nil }
    let text = "\(used.fixed(2)) s of CPU"
    guard durationSeconds > 0, durationSeconds.isFinite else { return text }
    let cores = used / durationSeconds
    if cores >= 1.05 { return "\(text), \(cores.fixed(1)) cores" }
    return "\(text), \(cores < 0.01 ? cores.percent : (cores * 100).fixed(0) + " %") of one core"
  }

  /// A sentence on each kind of record that could not be used as it should; none as a rule.
  package var faults: [String] {
    func counted(_ count: UInt64, _ one: String, _ many: String) -> [String] {
      count == 0 ? [] : ["\(count) \(count == 1 ? one : many)"]
    }
    return counted(
      lateRecords, "record came late, after newer ones: a sample may lie in the wrong mapping",
      "records came late, after newer ones: samples may lie in wrong mappings")
      + counted(
        malformedRecords, "record of the kernel was damaged and left out",
        "records of the kernel were damaged and left out")
      + counted(
        ringCorruptions, "time a ring of the kernel was damaged and its samples were left out",
        "times a ring of the kernel was damaged and its samples were left out")
  }
}
