import TextWriting

extension Double {
  /// A share of 1 as per cent, with one decimal, two below one per cent: `12.3 %`, `0.42 %`.
  ///
  /// What is not all never reads 100, and what is not nothing never reads 0: `99.9 %`, `<0.01 %`.
  package var percent: String {
    guard isFinite, self > 0 else { return "0.0 %" }
    if self < 0.00005 { return "<0.01 %" }
    if self < 0.01 { return (self * 100).fixed(2) + " %" }
    if self < 1, self > 0.9994 { return "99.9 %" }
    return (self * 100).fixed(1) + " %"
  }

  /// A change as a share of what was before: `+12.3 %`, `−4.0 %`.
  package var change: String { (self < 0 ? "−" : self > 0 ? "+" : "") + magnitude.percent }

  /// A change of shares in percentage points: `+1.25 points`, `−2.86 points`.
  package var points: String {
    let text = (magnitude * 100).fixed(2)
    return (self < 0 && text != "0.00" ? "−" : "+") + text + " points"
  }
}
