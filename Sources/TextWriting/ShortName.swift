extension String {
  /// A function's name, or a path, cut to at most `columns`: arguments go first, `decode(…)`, then the last component is
  /// kept and what stands before it cut at its end, `std::vector<st…::push_back`; where not even that fits, the middle is
  /// left out.
  package func shortenedName(toColumns columns: Int) -> String {
    guard terminalColumns > columns, columns > 1 else { return self }
    if let shorter = withoutArguments {
      return shorter.terminalColumns <= columns ? shorter : shorter.shortenedName(toColumns: columns)
    }
    let last = self[lastComponent...]
    let room = columns - 1 - String(last).terminalColumns
    guard lastComponent > startIndex, room >= 1 else { return shortened(toColumns: columns) }
    var front = ""
    var width = 0
    for character in self[..<lastComponent] {
      width += String(character).terminalColumns
      if width > room { break }
      front.append(character)
    }
    return front + "…" + last
  }

  /// The name with `(…)` for the arguments that it ends in; nil where there is nothing to be gained.
  private var withoutArguments: String? {
    guard last == ")", var index = self.indices.last else { return nil }
    var depth = 1
    while index > startIndex {
      index = self.index(before: index)
      if self[index] == ")" { depth += 1 }
      if self[index] == "(" { depth -= 1 }
      if depth == 0 { break }
    }
    guard depth == 0, index > startIndex, distance(from: index, to: endIndex) > 3 else { return nil }
    return self[..<index] + "(…)"
  }

  /// Where the last component begins, with the separator before it: the last `::` that stands outside of brackets, in paths
  /// `/`, else `.`; the last word where that tells a place, as `Server.swift:68` does.
  private var lastComponent: String.Index {
    var depth = 0
    var (colons, slash, dot) = (startIndex, startIndex, startIndex)
    var previous: Character = " "
    var index = startIndex
    while index < endIndex {
      let character = self[index]
      switch character {
      case "<", "(", "[", "{": depth += 1
      case ">" where previous == "-": break
      // `operator<` opens a bracket that nothing closes, and is behind the last separator all the same.
      case ">", ")", "]", "}": depth = max(0, depth - 1)
      case ":" where previous == ":" && depth == 0: colons = self.index(before: index)
      case "/" where depth == 0: slash = index
      case "." where depth == 0: dot = index
      default: break
      }
      previous = character
      index = self.index(after: index)
    }
    if let blank = lastIndex(of: " "), self[blank...].contains(":"), self[blank...].last?.isNumber == true {
      return blank
    }
    return colons > startIndex ? colons : slash > startIndex ? slash : dot
  }
}

extension String {
  /// The text in lines of at most `columns`, broken at blanks; lines after the first begin with `indentation`. Words longer
  /// than a line stay whole.
  package func wrapped(toColumns columns: Int?, indentation: String = "") -> String {
    guard let columns, terminalColumns > columns else { return self }
    var lines: [String] = []
    var line: String?
    for word in split(separator: " ", omittingEmptySubsequences: false) {
      guard let current = line else {
        line = String(word)
        continue
      }
      if current.terminalColumns + 1 + String(word).terminalColumns > columns {
        lines.append(current)
        line = indentation + word
      } else {
        line = current + " " + word
      }
    }
    return (lines + [line ?? ""]).joined(separator: "\n")
  }

  /// Parts of a line joined by `separator`, as many from the first on as fit into `columns`.
  package static func fitting(_ parts: [String], separator: String, columns: Int?) -> String {
    var line = parts.first ?? ""
    for part in parts.dropFirst() {
      let longer = line + separator + part
      if let columns, longer.terminalColumns > columns { break }
      line = longer
    }
    return columns.map { line.shortened(toColumns: $0) } ?? line
  }
}

extension Double {
  /// A share of 1 as a bar of at most `columns` blocks, to an eighth of a block; empty for less than that.
  package func bar(columns: Int) -> String {
    guard isFinite, self > 0 else { return "" }
    let eighths = Int((Swift.min(self, 1) * Double(columns) * 8).rounded())
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + rest
  }
}
