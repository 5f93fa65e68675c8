extension String {
  /// A name as code, in a table's cell too, whatever it holds.
  package var codeForMarkdown: String { "<code>\(shortened(toColumns: 100).withoutMarkup)</code>" }

  /// A sentence with names in backquotes, in which nothing else steers Markdown or ends a table's cell.
  package var escapedForMarkdown: String {
    var result = ""
    for (index, part) in split(separator: "`", omittingEmptySubsequences: false).enumerated() {
      result += index % 2 == 1 ? String(part).codeForMarkdown : String(part).withoutMarkup
    }
    return result
  }

  private var withoutMarkup: String {
    var text = ""
    for character in showingHidden(breaksAreBlank: true) {
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
    return text
  }
}
