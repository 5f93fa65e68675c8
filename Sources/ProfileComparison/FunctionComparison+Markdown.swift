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
    var text = "### perfprof: \(Self.plain(sentence))\n"
    let changed = changedLines()
    if !changed.isEmpty {
      text +=
        "\n| verdict | function | of | before | after | change (95 %) |\n| --- | --- | --- | ---: | ---: | ---: |\n"
      for line in changed.prefix(limit) { text += row(line) }
      if changed.count > limit { text += "\n… and \((changed.count - limit).grouped) more\n" }
    }
    if let page { text += "\n[Flame graph of both](\(Self.target(page)))\n" }
    text += "\n<details><summary>What was compared, and what could not be told</summary>\n\n"
    text += "- before: \(Self.plain(names.before)): \(Self.plain(before.text))\n"
    text += "- after: \(Self.plain(names.after)): \(Self.plain(after.text))\n"
    for warning in warnings { text += "- \(Self.plain(warning))\n" }
    let open = openLines()
    if !open.isEmpty {
      text +=
        "\n| could not be told | of | before | after | change lies between |\n| --- | --- | ---: | ---: | ---: |\n"
      for line in open.prefix(limit) {
        text +=
          "| \(Self.code(line.name)) | \(line.measure) | \(amount(line.change.before)) "
          + "| \(amount(line.change.after)) | \(difference(line.change.low)) and \(difference(line.change.high)) |\n"
      }
      if open.count > limit { text += "\n… and \((open.count - limit).grouped) more\n" }
      if let advice { text += "\n\(advice)\n" }
    }
    return text + "\n</details>\n"
  }

  private func row(_ line: ChangeLine) -> String {
    let change = line.change
    let remark = line.remark.isEmpty ? "" : " (\(Self.plain(line.remark)))"
    let mark =
      change.verdict == .slower || change.verdict == .faster
      ? "**\(change.verdict.rawValue)**" : Self.word(change.verdict)
    return "| \(mark) | \(Self.code(line.name))\(remark) | \(line.measure) "
      + "| \(amount(change.before)) | \(amount(change.after)) | \(difference(change.difference)) ± \(margin(change.margin)) |\n"
  }

  /// A name as code in a table's cell, whatever it holds.
  static func code(_ name: String) -> String {
    var text = ""
    for character in name.shortened(toColumns: 100).showingHidden(breaksAreBlank: true) {
      switch character {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "|": text += "&#124;"
      case "`": text += "&#96;"
      case "*": text += "&#42;"
      case "_": text += "&#95;"
      case "[": text += "&#91;"
      case "\\": text += "&#92;"
      case "~": text += "&#126;"
      case "@": text += "&#64;"
      case "#": text += "&#35;"
      default: text.append(character)
      }
    }
    return "<code>\(text)</code>"
  }

  /// A sentence with names in backquotes, in which nothing else steers Markdown.
  static func plain(_ text: String) -> String {
    var result = ""
    for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
      let code = code(String(part))
      let isName = index % 2 == 1
      result += isName ? code : String(code.dropFirst("<code>".count).dropLast("</code>".count))
    }
    return result
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
