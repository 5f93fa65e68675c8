import TextWriting

extension Double {
  /// Seconds for people: `0.35 s`, `10.0 s`, `12 min 5 s`, `3 h 20 min`; `?` for what is no duration.
  package var durationText: String {
    guard isFinite, self >= 0, self < 1e9 else { return "?" }
    if self < 1 { return fixed(2) + " s" }
    if self < 120 { return fixed(1) + " s" }
    let whole = Int(rounded())
    if whole < 7200 { return "\(whole / 60) min \(whole % 60) s" }
    return "\((whole / 3600).grouped) h \(whole / 60 % 60) min"
  }
}

extension UInt64 {
  /// Nanoseconds since 1970 as `2026-11-21 02:05 UTC`, in the Gregorian calendar.
  package var dateText: String {
    let minutes = Int(self / 60_000_000_000)
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

extension Double {
  /// Seconds with three digits that count, for figures that are compared: `812 µs`, `10.0 ms`, `2.24 s`.
  var exactSecondsText: String {
    guard isFinite, magnitude < 1e9 else { return "\(self) s" }
    if self == 0 { return "0 s" }
    if self < 0.001 { return (self * 1e6).fixed(0) + " µs" }
    if self < 0.1 { return (self * 1e3).fixed(1) + " ms" }
    return fixed(2) + " s"
  }
}
