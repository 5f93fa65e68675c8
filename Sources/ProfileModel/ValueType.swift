/// What samples carry amounts of: observations of threads on a CPU, nanoseconds of waiting, bytes, events.
public struct ValueType: Hashable, Sendable {
  /// What an amount is counted in.
  public enum Unit: Hashable, Sendable {
    /// Things without a dimension, called by the value type's name.
    case count
    /// Time.
    case nanoseconds
    /// Memory.
    case bytes
    /// What a file from elsewhere says, such as `microseconds` or `percent`.
    case other(String)
  }

  /// The name to choose it by: `samples`, `off-cpu`, an event's name, or what stands in the file that was read.
  public var name: String
  /// What amounts are counted in.
  public var unit: Unit
  /// What there is of it between two observations: for `samples` nanoseconds of CPU time, else in `unit`. Nil where
  /// that isn't known or varies.
  public var period: Int64?
  /// Whether amounts are numbers of observations, so that chance can be told from change by their size.
  public var isCount: Bool

  /// A value type.
  public init(name: String, unit: Unit, period: Int64? = nil, isCount: Bool = false) {
    self.name = name
    self.unit = unit
    self.period = period
    self.isCount = isCount
  }

  /// Observations of threads on a CPU, `period` nanoseconds of CPU time apart.
  public static func samples(period: Int64? = nil) -> ValueType {
    ValueType(name: "samples", unit: .count, period: period, isCount: true)
  }

  /// Nanoseconds of CPU time that an amount stands for; nil where that isn't known.
  public func cpuNanoseconds(of amount: Int64) -> Double? {
    switch (name, unit) {
    case ("samples", .count): period.map { Double($0) * Double(amount) }
    case ("cpu", .nanoseconds), ("cpu-clock", .nanoseconds), ("task-clock", .nanoseconds): Double(amount)
    default: nil
    }
  }

  /// How many independent observations samples of this type come from, as far as their amounts tell.
  ///
  /// Amounts that are no counts and have no period are taken for draws of unequal weight (Kish 1965, effective sample
  /// size: the square of their sum over the sum of their squares).
  public func observations(in samples: some Sequence<Sample>) -> Double {
    var sum = 0.0
    var squares = 0.0
    for sample in samples {
      sum += Double(sample.weight)
      squares += Double(sample.weight) * Double(sample.weight)
    }
    if isCount { return sum }
    if name != "samples", let period, period > 0 { return sum / Double(period) }
    return squares > 0 ? sum * sum / squares : 0
  }
}

extension ValueType.Unit: CustomStringConvertible {
  /// As pprof and `info --json` spell it: `count`, `nanoseconds`, `bytes`…
  public var description: String {
    switch self {
    case .count: "count"
    case .nanoseconds: "nanoseconds"
    case .bytes: "bytes"
    case .other(let text): text
    }
  }

  /// The unit that is spelled so; an empty text is taken for a count.
  public init(_ text: String) {
    switch text {
    case "count", "": self = .count
    case "nanoseconds", "nanosecond", "ns": self = .nanoseconds
    case "bytes", "byte": self = .bytes
    default: self = .other(text)
    }
  }
}
