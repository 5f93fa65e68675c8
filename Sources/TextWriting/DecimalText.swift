extension Double {
  /// The number with exactly `digits` (0 to 9) after the point, halves rounded away from zero; `-` where it's no number.
  package func fixed(_ digits: Int) -> String {
    let power = (0..<max(0, min(9, digits))).reduce(into: 1.0) { result, _ in result *= 10 }
    let scaled = (magnitude * power).rounded(.toNearestOrAwayFromZero)
    guard let units = UInt64(exactly: scaled) else { return isFinite ? description : "-" }
    // Nothing is printed as "-0.0": the sign of what rounds to zero says nothing.
    let sign = self < 0 && units > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(units) }
    let whole = UInt64(power)
    let fraction = String(units % whole)
    return sign + String(units / whole) + "." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  /// A difference of shares as percentage points with sign and one decimal: `+1.5`.
  package var signedPoints: String {
    let text = (self * 100).fixed(1)
    return self > 0 && text != "0.0" ? "+" + text : text
  }
}

extension BinaryInteger {
  /// The number in groups of three digits: `1,234,567`.
  package var grouped: String {
    let digits = Array(String(magnitude).utf8)
    var result: [UInt8] = self < 0 ? [UInt8(ascii: "-")] : []
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position).isMultiple(of: 3) { result.append(UInt8(ascii: ",")) }
      result.append(digit)
    }
    return String(decoding: result, as: UTF8.self)
  }
}

extension UInt64 {
  /// A size in bytes for people: `812 B`, `1.4 MB` (powers of 1,000).
  package var byteSize: String {
    if self < 1_000 { return "\(self) B" }
    var value = Double(self) / 1_000
    for unit in ["KB", "MB", "GB"] {
      if value < 999.95 { return value.fixed(1) + " " + unit }
      value /= 1_000
    }
    return value.fixed(1) + " TB"
  }
}
