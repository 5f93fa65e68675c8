import ArgumentParser
import Processes

/// A time as people write it: `10`, `0.5`, `10s`, `500ms`, `2m`, `1h`, `1m30s`.
struct TimeLimit: ExpressibleByArgument {
  var seconds: Double

  init?(argument: String) {
    var rest = argument.utf8.drop { $0 == UInt8(ascii: " ") }[...]
    var total = 0.0
    var largest = Double.infinity
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { (48...57).contains($0) || $0 == UInt8(ascii: ".") }
      guard let number = Double(String(decoding: digits, as: UTF8.self)), number.isFinite else { return nil }
      rest = rest[digits.endIndex...].drop { $0 == UInt8(ascii: " ") }
      let letters = rest.prefix { $0 >= UInt8(ascii: "A") && $0 != UInt8(ascii: " ") }
      rest = rest[letters.endIndex...].drop { $0 == UInt8(ascii: " ") }
      guard let unit = Self.unit(String(decoding: letters, as: UTF8.self)), unit < largest else { return nil }
      // `1m30` has no second unit: it would be anybody's guess.
      if letters.isEmpty, total > 0 { return nil }
      largest = unit
      total += number * unit
    }
    seconds = total
  }

  private static func unit(_ word: String) -> Double? {
    switch word {
    case "", "s", "sec", "secs", "second", "seconds": 1
    case "ms", "msec": 0.001
    case "m", "min", "mins", "minute", "minutes": 60
    case "h", "hour", "hours": 3600
    default: nil
    }
  }
}

/// A rate of sampling: a number of hertz, or the most that the kernel allows.
enum SamplingRate: ExpressibleByArgument {
  case hertz(UInt32)
  case max

  init?(argument: String) {
    var text = argument.lowercased()
    if text == "max" {
      self = .max
      return
    }
    if text.hasSuffix("hz") { text.removeLast(2) }
    var factor: UInt32 = 1
    if text.hasSuffix("k") {
      text.removeLast()
      factor = 1000
    }
    while text.last == " " { text.removeLast() }
    guard let number = UInt32(text) else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    self = .hertz(overflow ? .max : product)
  }

  /// The rate in hertz, within what a recording takes.
  var hertz: UInt32 {
    switch self {
    case .hertz(let number): number
    // Where the kernel doesn't say, its own default.
    case .max: UInt32(clamping: min(Swift.max(1, KernelLimits.maxSampleRate ?? 100_000), 100_000))
    }
  }

  /// Refuses what no recording takes.
  func validate() throws {
    guard case .hertz(let number) = self, !(1...100_000).contains(number) else { return }
    throw ValidationError("-F \(number): use 1 to 100000 Hz, or max")
  }

  /// How `--help` shows it.
  var defaultValueDescription: String {
    switch self {
    case .hertz(let number): "\(number)"
    case .max: "max"
    }
  }
}
