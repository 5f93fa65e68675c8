import ProfileModel
import TextWriting
import Wording

extension FunctionComparison {
  /// The answer in one sentence.
  package var sentence: String {
    let slower = functions(.slower)
    let faster = functions(.faster)
    if let whole, let sentence = wholeSentence(whole, slower, faster) { return sentence }
    guard let first = slower.first ?? faster.first else { return nothingSentence }
    let rest = slower.count + faster.count - 1
    let more = rest == 0 ? "" : "; \(rest) more \(rest == 1 ? "change is" : "changes are") below"
    let change = first.change
    let word = change.verdict == .slower ? "takes more" : "takes less"
    return "\(Self.quoted(first.name)) \(word): \(amount(change.before)) → \(amount(change.after)) of everything, "
      + "\(difference(change.difference)) ± \(margin(change.margin))\(more)."
  }

  /// The lines of functions with this verdict, self changes before total ones.
  private func functions(_ verdict: Verdict) -> [ChangeLine] {
    let lines = changedLines().filter {
      $0.change.verdict == verdict && ($0.measure == "self" || $0.measure == "total")
    }
    var names: Set<String> = []
    return lines.filter { names.insert($0.name).inserted }
  }

  private func wholeSentence(_ whole: Change, _ slower: [ChangeLine], _ faster: [ChangeLine]) -> String? {
    guard let ratio = whole.ratio else { return nil }
    let things = before.cpuSeconds == nil ? after.value.name : "CPU"
    let work: String
    switch options.basis {
    case .share: return nil
    case .second: work = "a second"
    case .work: work = "for the same work"
    case .calls(let function): work = "for each call of \(Self.quoted(function))"
    }
    let percent = abs(ratio.estimate - 1).percent
    let range = "± \(ratio.margin.percent)"
    var sentence: String
    switch whole.verdict {
    case .slower: sentence = "\(percent) (\(range)) more \(things) \(work)"
    case .faster: sentence = "\(percent) (\(range)) less \(things) \(work)"
    case .unchanged: sentence = "As much \(things) \(work) as before, \(range)"
    case .cannotTell, .moved:
      sentence = "Whether it takes more \(things) \(work) can't be told: \((ratio.estimate - 1).change), \(range)"
    }
    let cause = whole.difference >= 0 ? slower.first ?? faster.first : faster.first ?? slower.first
    guard let cause else { return sentence + "." }
    sentence += "; \(Self.quoted(cause.name)) "
    if let own = cause.change.ratio {
      sentence += "takes \(own.estimate.fixed(2)) ± \(own.margin.fixed(2)) times as much"
    } else {
      sentence += "is new"
    }
    let part = whole.difference == 0 ? 0 : cause.change.difference / whole.difference
    if Self.isNews(whole), part > 0.05, part < 1.5 { sentence += " and explains \(min(1, part).percent) of it" }
    return sentence + "."
  }

  private var nothingSentence: String {
    let open = openLines().filter { $0.measure == "self" || $0.measure == "total" }
    let size = options.tolerance.percent
    let moved = rows.filter { $0.own.verdict == .moved || $0.total.verdict == .moved }.count
    let cost = moved == 0 ? "" : " Cost moved between \(moved) functions, which together take what they took."
    if before.observations == 0 || after.observations == 0 { return "One side has no samples: nothing can be told." }
    if open.isEmpty { return "Nothing changed: no function by more than \(size) of everything." + cost }
    guard let visible = open.compactMap(\.change.visible).max() else {
      return "Nothing can be told from so little." + cost
    }
    let whole = everything > 0 ? visible / everything : 0
    return "No change can be told from chance; one of \(whole.percent) of everything would have been seen." + cost
  }

  /// What it takes to tell changes as small as the tolerance; nil where everything was told.
  package var advice: String? {
    let open = openLines().compactMap(\.change.visible)
    guard let largest = open.max(), everything > 0 else { return nil }
    let factor = largest / (options.tolerance * everything)
    let effort = max(1.05, factor * factor)
    let size = options.tolerance.percent
    if units.areRuns {
      let runs = Int((Double(min(units.before, units.after)) * min(effort, 1e6)).rounded(.up))
      return "To tell changes of \(size) of everything, record \(runs.grouped) runs of each side."
    }
    return "To tell changes of \(size) of everything, record \(effort.fixed(1)) times as long."
  }

  static func quoted(_ name: String) -> String { "`\(name.shortened(toColumns: 70))`" }
}
