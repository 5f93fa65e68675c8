extension String {
  /// The text with everything in it visible: characters that take no room, or that are obeyed instead of shown, are
  /// written `\u{1B}`.
  ///
  /// Covers the C0 and C1 controls, delete, line and paragraph separators, marks that change the direction of text, and
  /// all that Unicode lets fonts ignore (joiners, fillers, variation selectors, tags): two names that look the same are
  /// the same, and none steers a terminal or breaks a line.
  ///
  /// - Parameter breaksAreBlank: Whether tabs and ends of lines become blanks, for text that is laid out anyway.
  package func showingHidden(breaksAreBlank: Bool = false) -> String {
    guard !isPrintableASCII, unicodeScalars.contains(where: \.isHidden) else { return self }
    var result = ""
    result.reserveCapacity(utf8.count + 16)
    for scalar in unicodeScalars {
      if breaksAreBlank, scalar.breaksLines {
        result.append(" ")
      } else if scalar.isHidden {
        result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The text as one line of a terminal, or a cell of a table there.
  package var escapedForTerminal: String { showingHidden() }

  private var isPrintableASCII: Bool {
    let characters = utf8.span
    var isPrintable = true
    // Without a way out of the loop, so that it is done many bytes at a time.
    for index in characters.indices {
      isPrintable = isPrintable && characters[index] >= 0x20 && characters[index] < 0x7F
    }
    return isPrintable
  }
}

extension Unicode.Scalar {
  /// Tabs, and ends of lines and paragraphs.
  fileprivate var breaksLines: Bool {
    switch value {
    case 0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// By general categories Cc, Zl and Zp, by properties Bidi_Control and Default_Ignorable_Code_Point of Unicode, and by
  /// what XML 1.0 forbids (section 2.2); listed here so that the same recording gives the same bytes with any library.
  fileprivate var isHidden: Bool {
    switch value {
    case 0x00...0x1F, 0x7F...0x9F, 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B...0x180F, 0x200B...0x200F,
      0x2028...0x202E, 0x2060...0x206F, 0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0...0xFFFB, 0xFFFE, 0xFFFF,
      0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF:
      true
    default: false
    }
  }
}
