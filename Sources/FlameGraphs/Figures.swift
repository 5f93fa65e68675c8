/// Numbers and times as people read them; `Sources/Viewer/model/figures.js` has the same rules.
enum Figures {
  /// `1234567` as `1,234,567`.
  static func grouped(_ number: some BinaryInteger) -> String {
    let digits = Array(String(number.magnitude).utf8)
    var text: [UInt8] = number < 0 ? [UInt8(ascii: "-")] : []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(UInt8(ascii: ",")) }
      text.append(digit)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// `1 sample`, `1,234 samples` of a unit in the plural.
  static func counted(_ number: some BinaryInteger, _ unit: String) -> String {
    grouped(number) + " " + (number == 1 && (unit == "samples" || unit == "frames") ? String(unit.dropLast()) : unit)
  }

  /// A share as percent with one decimal, two below one percent; a share short of the whole never reads 100.
  static func percent(_ share: Double) -> String {
    guard share.isFinite, share > 0 else { return "0 %" }
    if share < 0.00005 { return "<0.01 %" }
    if share < 0.01 { return fixed(share * 100, decimals: 2) + " %" }
    if share < 1, share > 0.9994 { return "99.9 %" }
    return fixed(share * 100, decimals: 1) + " %"
  }

  /// `+1.25 points` of a change of share.
  static func points(_ change: Double) -> String {
    let text = fixed(abs(change) * 100, decimals: 2)
    return (change < 0 && text != "0.00" ? "−" : "+") + text + " points"
  }

  /// `value` rounded to this many decimals.
  static func fixed(_ value: Double, decimals: Int) -> String {
    let factor = (0..<decimals).reduce(1.0) { product, _ in product * 10 }
    guard value.isFinite, abs(value) * factor < 1e18 else { return "?" }
    let scaled = Int((abs(value) * factor).rounded())
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard decimals > 0 else { return sign + grouped(scaled) }
    let unit = Int(factor)
    let fraction = String(scaled % unit)
    return sign + grouped(scaled / unit) + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }

  /// `0.35 s`, `10.0 s`, `12 min 5 s`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
    if seconds < 1 { return fixed(seconds, decimals: 2) + " s" }
    if seconds < 120 { return fixed(seconds, decimals: 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 7200 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(grouped(whole / 3600)) h \(whole / 60 % 60) min"
  }

  /// `2026-11-21 02:05 UTC` of nanoseconds since 1970, in the Gregorian calendar.
  static func date(_ nanoseconds: UInt64) -> String {
    let minutes = Int(nanoseconds / 60_000_000_000)
    let (days, minute) = minutes.quotientAndRemainder(dividingBy: 1440)
    // Years that begin in March put the leap day last; an era is 400 years, of 146,097 days.
    let shifted = days + 719_468
    let (era, dayOfEra) = shifted.quotientAndRemainder(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(year)-\(two(month))-\(two(day)) \(two(minute / 60)):\(two(minute % 60)) UTC"
  }
}
