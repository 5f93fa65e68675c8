import ProfileModel

/// Counts the samples of programs whose addresses are narrower than the machine's, so that a note says what they are.
struct NarrowPrograms {
  /// What kind of program.
  enum Kind: Hashable {
    /// Of 32 bits in everything.
    case narrow
    /// x32: 64-bit code with 32-bit addresses.
    case x32
  }

  private struct Program: Hashable {
    var kind: Kind
    var name: String
  }
  private struct Count {
    var samples: UInt64 = 0
    var rooted: UInt64 = 0
  }
  private var counts: [Program: Count] = [:]
  /// Processes that run x32 programs; their registers don't tell it.
  private var x32Processes: Set<Int32> = []

  /// Programs that are named; the rest are counted.
  private static let limit = 8

  /// Counts a sample of a process that has this name now.
  mutating func count(_ kind: Kind, name: String, isRooted: Bool) {
    counts[Program(kind: kind, name: name), default: Count()].samples += 1
    if isRooted { counts[Program(kind: kind, name: name), default: Count()].rooted += 1 }
  }

  /// What kind of program a sample of this process is of; nil for the machine's own.
  @inline(__always)
  func kind(pid: Int32, architecture: Architecture?) -> Kind? {
    if architecture != .host { return .narrow }
    return !x32Processes.isEmpty && x32Processes.contains(pid) ? .x32 : nil
  }

  /// A process has mapped an x32 image.
  mutating func markX32(_ pid: Int32) { x32Processes.insert(pid) }

  /// A child begins as a copy of its parent.
  mutating func fork(parent: Int32, child: Int32) {
    if x32Processes.contains(parent) { x32Processes.insert(child) }
  }

  /// A process has ended or runs another program.
  mutating func forget(_ pid: Int32) { x32Processes.remove(pid) }

  /// A note on each program, those with the most samples first.
  var notes: [ProfileNote] {
    let sorted = counts.sorted {
      ($1.value.samples, $0.key.name, $0.key.kind == .x32 ? 1 : 0)
        < ($0.value.samples, $1.key.name, $1.key.kind == .x32 ? 1 : 0)
    }
    var notes = sorted.prefix(Self.limit).map { program, count in
      ProfileNote.narrowProgram(
        name: program.name, isX32: program.kind == .x32, rooted: count.rooted, samples: count.samples)
    }
    let rest = sorted.dropFirst(Self.limit)
    if !rest.isEmpty {
      notes.append(
        .otherNarrowPrograms(
          count: UInt64(rest.count), rooted: rest.reduce(0) { $0 + $1.value.rooted },
          samples: rest.reduce(0) { $0 + $1.value.samples }))
    }
    return notes
  }
}
