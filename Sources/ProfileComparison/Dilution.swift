import Glibc

/// What shares alone leave open: when one function takes more of everything, all others have less of it.
///
/// Either what grew is slower and the rest is diluted, or what shrank is faster and the rest is concentrated. The
/// explanation that needs fewer functions to have changed is taken, and changes that it explains are no changes.
struct Dilution {
  /// What the share of everything that stayed as it was is multiplied by.
  private let factor: Double
  /// The verdict of what changed by itself.
  private let real: Verdict

  /// Nil where amounts are no shares, or nothing changed.
  init?(_ rows: [FunctionComparison.Row], _ options: FunctionComparison.Options) {
    guard options.basis == .share else { return nil }
    let changes = rows.map(\.own).filter { FunctionComparison.isNews($0) }
    guard !changes.isEmpty else { return nil }
    var best: (count: Int, factor: Double, real: Verdict)?
    for real in [Verdict.slower, .faster] {
      let own = changes.filter { $0.verdict == real }
      let (before, after) = own.reduce((0.0, 0.0)) { ($0.0 + $1.before, $0.1 + $1.after) }
      guard !own.isEmpty, before < 1, after < 1 else { continue }
      let factor = (1 - after) / (1 - before)
      let others = changes.filter { $0.verdict != real && !Self.explains($0, factor) }
      let count = own.count + others.count
      if best.map({ count < $0.count }) ?? true { best = (count, factor, real) }
    }
    guard let best else { return nil }
    (factor, real) = (best.factor, best.real)
  }

  private static func explains(_ change: Change, _ factor: Double) -> Bool {
    abs(change.after - factor * change.before) <= change.margin
  }

  /// Takes verdicts back that the change of others explains.
  func mark(_ rows: inout [FunctionComparison.Row]) {
    for index in rows.indices {
      mark(&rows[index].own)
      mark(&rows[index].total)
    }
  }

  func mark(_ change: inout Change) {
    guard FunctionComparison.isNews(change), change.verdict != real, Self.explains(change, factor) else { return }
    change.verdict = .unchanged
    change.isDiluted = true
  }
}
