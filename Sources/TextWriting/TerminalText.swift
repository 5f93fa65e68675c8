extension String {
  /// The number of terminal columns that the text takes: 2 for East Asian wide characters and emoji, 0 for marks.
  package var terminalColumns: Int {
    utf8.count == unicodeScalars.count ? utf8.count : unicodeScalars.reduce(0) { $0 + $1.terminalColumns }
  }

  /// The text cut to at most `columns`, the middle replaced by `…` where it doesn't fit.
  package func shortened(toColumns columns: Int) -> String {
    guard terminalColumns > columns, columns > 1 else { return self }
    // Both ends tell names apart: the start holds types, the end the function.
    let head = Array(self)
    var front = ""
    var back: [Character] = []
    var width = 1
    var low = 0
    var high = head.count - 1
    while low <= high {
      let takesFront = low <= head.count - 1 - high
      let next = takesFront ? head[low] : head[high]
      let added = String(next).terminalColumns
      if width + added > columns { break }
      width += added
      if takesFront {
        front.append(next)
        low += 1
      } else {
        back.append(next)
        high -= 1
      }
    }
    return front + "…" + String(back.reversed())
  }
}

extension Unicode.Scalar {
  /// By the wide ranges of Unicode's EastAsianWidth.txt, joined where nothing but unassigned code points lies between.
  fileprivate var terminalColumns: Int {
    switch value {
    case 0x0300...0x036F, 0x200B...0x200D, 0x20D0...0x20FF, 0xFE00...0xFE0F, 0xFE20...0xFE2F: 0
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
      0x20000...0x3FFFD:
      2
    default: 1
    }
  }
}
