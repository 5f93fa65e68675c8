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
    var samples = 0
    var rooted = 0
  }
  private var counts: [Program: Count] = [:]

  /// Programs that are named; the rest are counted.
  private static let limit = 8

  /// Counts a sample of a process that has this name now.
  mutating func count(_ kind: Kind, name: String, isRooted: Bool) {
    counts[Program(kind: kind, name: name), default: Count()].samples += 1
    if isRooted { counts[Program(kind: kind, name: name), default: Count()].rooted += 1 }
  }

  /// What kind of program a sample is of; nil for the machine's own.
  @inline(__always)
  static func kind(of architecture: Architecture?, isX32: Bool) -> Kind? {
    if architecture != .host { return .narrow }
    return isX32 ? .x32 : nil
  }

  /// A sentence on each program, those with the most samples first.
  var notes: [String] {
    let sorted = counts.sorted {
      ($1.value.samples, $0.key.name, $0.key.kind == .x32 ? 1 : 0)
        < ($0.value.samples, $1.key.name, $1.key.kind == .x32 ? 1 : 0)
    }
    var notes = sorted.prefix(Self.limit).map { program, count in
      "\(program.kind == .x32 ? "x32" : "32-bit") program \(program.name): \(count.rooted) of "
        + "\(count.samples) \(count.samples == 1 ? "stack" : "stacks") rooted"
    }
    let rest = sorted.dropFirst(Self.limit)
    if !rest.isEmpty {
      let samples = rest.reduce(0) { $0 + $1.value.samples }
      let rooted = rest.reduce(0) { $0 + $1.value.rooted }
      notes.append("32-bit programs, \(rest.count) more: \(rooted) of \(samples) stacks rooted")
    }
    return notes
  }
}
