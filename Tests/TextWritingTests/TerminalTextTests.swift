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
