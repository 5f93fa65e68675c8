import TextWriting
import Testing

@Suite struct TerminalTextTests {
  @Test(
    arguments: [
      (0.0, 1, "0.0"), (12.345, 1, "12.3"), (12.35, 1, "12.4"), (-0.04, 1, "0.0"), (-1.25, 1, "-1.3"),
      (99.96, 1, "100.0"),
      (7, 0, "7"), (.infinity, 1, "-"), (0.05, 2, "0.05"),
    ] as [(Double, Int, String)])
  func roundsToDigits(value: Double, digits: Int, expected: String) {
    #expect(value.fixed(digits) == expected)
  }

  @Test func groupsThousands() {
    #expect(0.grouped == "0")
    #expect(999.grouped == "999")
    #expect(1_000.grouped == "1,000")
    #expect((-1_234_567).grouped == "-1,234,567")
    #expect(Int64.min.grouped == "-9,223,372,036,854,775,808")
  }

  @Test func writesSizesForPeople() {
    #expect(UInt64(999).byteSize == "999 B")
    #expect(UInt64(1_400_000).byteSize == "1.4 MB")
    #expect(UInt64(999_960).byteSize == "1.0 MB")
  }

  @Test func namesCanNotSteerATerminal() {
    #expect("a\u{1B}[31mb\u{9B}c\u{202E}d\n".escapedForTerminal == "a\\u{1B}[31mb\\u{9B}c\\u{202E}d\\u{A}")
    #expect("größe".escapedForTerminal == "größe")
  }

  @Test(
    arguments: [
      "\u{0}", "\u{7F}", "\u{9B}", "\u{AD}", "\u{34F}", "\u{61C}", "\u{1160}", "\u{180E}", "\u{200B}", "\u{200D}",
      "\u{200E}",
      "\u{2028}", "\u{202E}", "\u{2060}", "\u{2069}", "\u{3164}", "\u{FE0F}", "\u{FEFF}", "\u{FFA0}", "\u{FFF9}",
      "\u{E0001}", "\u{E0041}", "\u{E007F}", "\u{E01EF}",
    ] as [Unicode.Scalar])
  func nothingInANameIsOverlooked(hidden: Unicode.Scalar) {
    let code = "\\u{" + String(hidden.value, radix: 16, uppercase: true) + "}"
    #expect("ma\(hidden)in".escapedForTerminal == "ma\(code)in")
    #expect("ma\(hidden)in".escapedForTerminal.escapedForTerminal == "ma\(code)in")
  }

  /// By the standard library's own tables, whatever their age: nothing that fonts may leave out goes through.
  @Test func everyIgnorableCharacterIsShown() {
    let overlooked = (UInt32(0)...0x10FFFF).compactMap(Unicode.Scalar.init).filter {
      let properties = $0.properties
      let isHidden =
        properties.isDefaultIgnorableCodePoint || properties.isBidiControl
        || [.control, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
      return isHidden && String($0).escapedForTerminal == String($0)
    }
    #expect(overlooked == [])
  }

  @Test func whatIsSeenStaysAsItIs() {
    for text in ["e\u{301}", "日本語 🔥", "\u{A0}", "안녕", "שלום", "\\u{1B}"] { #expect(text.escapedForTerminal == text) }
    #expect("a\tb\u{1B}\n".showingHidden(breaksAreBlank: true) == "a b\\u{1B} ")
  }

  @Test func countsTerminalColumns() {
    #expect("abc".terminalColumns == 3)
    #expect("größe".terminalColumns == 5)
    #expect("漢字".terminalColumns == 4)
    #expect("e\u{301}".terminalColumns == 1)
  }

  @Test func shortensInTheMiddle() {
    #expect("abcdefghij".shortened(toColumns: 5) == "ab…ij")
    #expect("abc".shortened(toColumns: 5) == "abc")
    #expect("漢字漢字".shortened(toColumns: 5) == "漢…字")
  }

  @Test func alignsColumns() {
    var table = TextTable([("N", .right), ("NAME", .left), ("X", .left)])
    table.add(["1", "漢字", "a"])
    table.add(["20", "b\n", ""])
    #expect(table.text() == " N  NAME    X\n 1  漢字    a\n20  b\\u{A}\n")
  }
}
