import ProfileModel
import TextWriting
import Wording

extension FunctionComparison {
  /// The comparison for a pull request: the answer, a short table of what changed, and the rest folded away.
  ///
  /// - Parameters:
  ///   - names: What to call the two sides.
  ///   - page: Where the picture is, for a link to it.
  ///   - limit: The most rows of a table.
  package func markdown(names: (before: String, after: String), page: String? = nil, limit: Int = 20) -> String {
    var text = "### perfprof: \(sentence.escapedForMarkdown)\n"
    let changed = changedLines()
    if !changed.isEmpty {
      text +=
        "\n| verdict | function | of | before | after | change (95 %) |\n| --- | --- | --- | ---: | ---: | ---: |\n"
      for line in changed.prefix(limit) { text += row(line) }
      if changed.count > limit { text += "\n… and \((changed.count - limit).grouped) more\n" }
    }
    if let page { text += "\n[Flame graph of both](\(Self.target(page)))\n" }
    text += "\n<details><summary>What was compared, and what could not be told</summary>\n\n"
    text += "- before: \(names.before.escapedForMarkdown): \(before.text.escapedForMarkdown)\n"
    text += "- after: \(names.after.escapedForMarkdown): \(after.text.escapedForMarkdown)\n"
    for warning in warnings { text += "- \(warning.escapedForMarkdown)\n" }
    let open = openLines()
    if !open.isEmpty {
      text +=
        "\n| could not be told | of | before | after | change lies between |\n| --- | --- | ---: | ---: | ---: |\n"
      for line in open.prefix(limit) {
        text +=
          "| \(line.name.codeForMarkdown) | \(line.measure) | \(amount(line.change.before)) "
          + "| \(amount(line.change.after)) | \(difference(line.change.low)) and \(difference(line.change.high)) |\n"
      }
      if open.count > limit { text += "\n… and \((open.count - limit).grouped) more\n" }
      if let advice { text += "\n\(advice)\n" }
    }
    return text + "\n</details>\n"
  }

  private func row(_ line: ChangeLine) -> String {
    let change = line.change
    let remark = line.remark.isEmpty ? "" : " (\(line.remark.escapedForMarkdown))"
    let mark =
      change.verdict == .slower || change.verdict == .faster
      ? "**\(change.verdict.rawValue)**" : Self.word(change.verdict)
    return "| \(mark) | \(line.name.codeForMarkdown)\(remark) | \(line.measure) "
      + "| \(amount(change.before)) | \(amount(change.after)) | \(difference(change.difference)) ± \(margin(change.margin)) |\n"
  }

  /// A link's target, in which nothing ends it.
  private static func target(_ page: String) -> String {
    page.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        String(UnicodeScalar(byte))
      default:
        "-._~/:?#=&%+,".utf8.contains(byte)
          ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }.joined()
  }
}
