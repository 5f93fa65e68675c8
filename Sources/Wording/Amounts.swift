import ProfileModel
import TextWriting

extension ValueType {
  /// An amount with its unit: `2,476 samples`, `1 page-fault`, `1.2 s`, `4.0 KB`.
  package func text(_ amount: Int64) -> String {
    switch unit {
    case .count: Self.counted(amount, name)
    case .other(let unit): Self.counted(amount, unit)
    case .nanoseconds, .bytes: cell(amount)
    }
  }

  /// `1 sample`, `1,234 samples` of a noun in the plural.
  private static func counted(_ amount: Int64, _ noun: String) -> String {
    amount.grouped + " " + (amount == 1 && noun.hasSuffix("s") ? String(noun.dropLast()) : noun)
  }

  /// An amount and what it is of: `2,476 samples`, `1.2 s of off-cpu`, `4.0 KB of alloc_space`.
  package func total(_ amount: Int64) -> String { unit == .count ? text(amount) : "\(text(amount)) of \(name)" }

  /// An amount below `columnTitle`: `2,476`, `1.2 s`, `4.0 KB`.
  package func cell(_ amount: Int64) -> String {
    switch unit {
    case .count, .other: amount.grouped
    case .nanoseconds: (amount < 0 ? "-" : "") + amount.magnitude.nanosecondsText
    case .bytes: (amount < 0 ? "-" : "") + amount.magnitude.byteSize
    }
  }

  /// What stands above a column of amounts: `SAMPLES`, `TIME`, `BYTES`.
  package var columnTitle: String {
    switch unit {
    case .count: name.uppercased()
    case .nanoseconds: "TIME"
    case .bytes: "BYTES"
    case .other(let unit): unit.uppercased()
    }
  }
}

extension UInt64 {
  /// A time in nanoseconds for people: `812 ns`, `4.0 µs`, `1.2 ms`, `10.0 s`, `12 min 5 s`.
  package var nanosecondsText: String {
    if self < 1_000 { return "\(self) ns" }
    if self < 999_950 { return (Double(self) / 1e3).fixed(1) + " µs" }
    if self < 999_950_000 { return (Double(self) / 1e6).fixed(1) + " ms" }
    return (Double(self) / 1e9).durationText
  }
}
