import ProfileModel

/// One side of a comparison as numbers: how much of each function there is in each unit. All that verdicts rest on, and
/// what a baseline file holds.
package struct SideTable: Sendable, Equatable {
  /// A function, as both sides know it.
  package struct Function: Hashable, Sendable {
    /// The demangled name.
    package var name: String
    /// The last component of its module's path; nil where unknown.
    package var module: String?

    /// A function.
    package init(name: String, module: String?) {
      self.name = name
      self.module = module
    }
  }

  /// What amounts are of.
  package var value: ValueType
  /// For each unit the weight of all samples.
  package var weights: [Double] = []
  /// For each unit how long it lasted; 0 where that isn't known.
  package var seconds: [Double] = []
  /// For each unit how often the function was called that stands for a unit of work; 0 where that isn't known.
  package var calls: [Double] = []
  /// That function; nil where not all runs counted the same.
  package var calledFunction: String?
  /// For each unit the number of its run, ascending.
  package var runs: [Int] = []
  /// Independent observations for an amount of 1.
  package var observationsPerAmount = 1.0
  /// The functions.
  package var functions: [Function] = []
  /// For each function and unit the weight of samples in it.
  package var own: [[Double]] = []
  /// For each function and unit the weight of samples in it or in what it called.
  package var total: [[Double]] = []

  /// Nothing of a value type.
  package init(value: ValueType) { self.value = value }

  /// The number of runs.
  package var runCount: Int { Set(runs).count }
  /// The sum of all weights.
  package var weight: Double { weights.reduce(0, +) }
  /// How many independent observations there are.
  package var observations: Double { weight * observationsPerAmount }
  /// CPU seconds for an amount of 1; nil where that isn't known.
  package var cpuSecondsPerAmount: Double? { value.cpuNanoseconds(of: 1_000_000).map { $0 / 1e15 } }

  /// The most units that a run is cut into.
  package static let blocks = 32
  /// The fewest samples that a block is made of.
  private static let samplesInBlock = 20.0

  /// Adds a run, cut into blocks of time where its samples have times.
  ///
  /// - Complexity: O(blocks · stack nodes + samples)
  package mutating func add(_ selected: SelectedProfile, _ matched: MatchedProfile) {
    let samples = Array(selected.samples)
    let observations = selected.value.observations(in: samples)
    let (first, last) = samples.reduce((UInt64.max, UInt64.min)) { (min($0.0, $1.time), max($0.1, $1.time)) }
    let blocks = Self.cut(samples, first: first, last: last, observations: observations)
    let known = self.observations
    let run = (runs.last ?? -1) + 1
    let duration = selected.profile.metadata.durationSeconds
    let length = duration > 0 ? duration : Double(last > first ? last - first : 0) / 1e9
    let called = Self.calls(in: selected, blocks: blocks.count, first: first, last: last)
    note(selected.profile.metadata.work?.function)
    calls += called
    for block in blocks {
      weights.append(block.reduce(0) { $0 + Double($1.weight) })
      seconds.append(length / Double(blocks.count))
      runs.append(run)
    }
    if weight > 0 { observationsPerAmount = (known + observations) / weight }
    let sums = blocks.map { matched.grouping.weights(of: $0) }
    for (position, number) in matched.numbers.enumerated() {
      append(
        sums.map { Double($0.own[position]) }, sums.map { Double($0.total[position]) }, to: number,
        from: weights.count - blocks.count)
    }
  }

  private static func cut(_ samples: [Sample], first: UInt64, last: UInt64, observations: Double) -> [[Sample]] {
    var count = blocks
    while count > 1, observations / samplesInBlock < Double(count) { count /= 2 }
    guard first < last, count > 1 else { return [samples] }
    let length = (last - first) / UInt64(count) + 1
    var blocks = [[Sample]](repeating: [], count: count)
    for sample in samples { blocks[Int((sample.time - first) / length)].append(sample) }
    return blocks
  }

  /// For each block the calls in its time; what was before the first sample is the first one's, and so on.
  private static func calls(in selected: SelectedProfile, blocks: Int, first: UInt64, last: UInt64) -> [Double] {
    guard let work = selected.profile.metadata.work else { return [Double](repeating: 0, count: blocks) }
    let whole = selected.selection.time ?? 0..<UInt64.max
    let length = last > first ? (last - first) / UInt64(blocks) + 1 : 0
    return (0..<blocks).map { block in
      let start = block == 0 ? whole.lowerBound : first + UInt64(block) * length
      let end = block == blocks - 1 ? whole.upperBound : first + UInt64(block + 1) * length
      return work.count(in: start..<max(start, end))
    }
  }

  /// Notes the function whose calls a run counted, before its units are added.
  private mutating func note(_ function: String?) {
    if runs.isEmpty { calledFunction = function } else if calledFunction != function { calledFunction = nil }
  }

  /// Adds the runs of another table, whose functions have these numbers here.
  package mutating func add(_ other: SideTable, numbers: [Int]) {
    let known = (observations, other.observations)
    let (start, run) = (weights.count, (runs.last ?? -1) + 1)
    weights += other.weights
    seconds += other.seconds
    note(other.calledFunction)
    calls += other.calls
    runs += other.runs.map { run + $0 }
    if weight > 0 { observationsPerAmount = (known.0 + known.1) / weight }
    for (position, number) in numbers.enumerated() {
      append(other.own[position], other.total[position], to: number, from: start)
    }
  }

  private mutating func append(_ own: [Double], _ total: [Double], to number: Int, from start: Int) {
    while self.own.count <= number {
      self.own.append([])
      self.total.append([])
    }
    let missing = start + own.count - self.own[number].count
    if missing > 0 {
      self.own[number] += repeatElement(0, count: missing)
      self.total[number] += repeatElement(0, count: missing)
    }
    for unit in own.indices {
      self.own[number][start + unit] += own[unit]
      self.total[number][start + unit] += total[unit]
    }
  }

  /// Gives the functions their names, and every function an amount in every unit.
  package mutating func fill(_ keys: [Function]) {
    functions = keys
    let zeros = [Double](repeating: 0, count: weights.count)
    while own.count < keys.count {
      own.append([])
      total.append([])
    }
    for number in own.indices where own[number].count < weights.count {
      own[number] += zeros[own[number].count...]
      total[number] += zeros[total[number].count...]
    }
  }

  /// The same with each two neighbors of a run as one unit.
  package func joined() -> SideTable {
    var groups: [[Int]] = []
    for unit in runs.indices {
      if let last = groups.last, last.count == 1, runs[last[0]] == runs[unit] {
        groups[groups.count - 1].append(unit)
      } else {
        groups.append([unit])
      }
    }
    return grouped(groups)
  }

  /// The same with each run as one unit.
  package func byRun() -> SideTable {
    var groups: [[Int]] = []
    for unit in runs.indices {
      if let last = groups.last, runs[last[0]] == runs[unit] {
        groups[groups.count - 1].append(unit)
      } else {
        groups.append([unit])
      }
    }
    return grouped(groups)
  }

  private func grouped(_ groups: [[Int]]) -> SideTable {
    func sums(_ amounts: [Double]) -> [Double] { groups.map { $0.reduce(0) { $0 + amounts[$1] } } }
    var result = self
    result.weights = sums(weights)
    result.seconds = sums(seconds)
    result.calls = sums(calls)
    result.runs = groups.map { runs[$0[0]] }
    result.own = own.map(sums)
    result.total = total.map(sums)
    return result
  }
}
