import Testing

@testable import TextWriting

@Suite struct ShortNameTests {
  @Test(
    arguments: [
      ("std::vector<std::string>::push_back", 24, "std::vector<…::push_back"),
      ("Foundation.JSONDecoder.decode(_:from:)", 35, "Foundation.JSONDecoder.decode(…)"),
      ("Foundation.JSONDecoder.decode(_:from:)", 24, "Foundation.JS….decode(…)"),
      ("_compare(_:expecting:)", 12, "_compare(…)"),
      ("abcdefgh::operator<", 15, "abc…::operator<"), ("net/http.(*conn).serve", 21, "n…/http.(*conn).serve"),
      ("Outer.closure #3 in Server.main() Server.swift:68", 30, "Outer.closure… Server.swift:68"),
      ("/usr/lib/x86_64-linux-gnu/libc.so.6", 20, "/usr/lib/…/libc.so.6"),
      ("short", 5, "short"), ("alllettersnoseparator", 9, "alll…ator"),
      ("<T as Trait<a::b>>::run", 10, "<T a…::run"),
    ])
  func keepsTheLastComponent(name: String, columns: Int, expected: String) {
    let short = name.shortenedName(toColumns: columns)
    #expect(short.terminalColumns <= columns)
    #expect(short == expected)
  }

  @Test func breaksLinesAtBlanks() {
    #expect("one two three".wrapped(toColumns: 8, indentation: " ") == "one two\n three")
    #expect("one two three".wrapped(toColumns: nil) == "one two three")
    #expect("incomprehensible word".wrapped(toColumns: 5) == "incomprehensible\nword")
  }

  @Test func takesThePartsThatFit() {
    #expect(
      String.fitting(["12.0 s", " · 499 samples/s", " · lost 0"], separator: "", columns: 24)
        == "12.0 s · 499 samples/s")
  }

  @Test(arguments: [(0.5, "█████"), (1, "██████████"), (2, "██████████"), (0.0125, "▏"), (0, ""), (.nan, "")])
  func drawsBars(share: Double, expected: String) { #expect(share.bar(columns: 10) == expected) }

  @Test func tablesLoseColumnsBeforeNames() {
    var table = TextTable([
      .init("SELF", .right), .init("SAMPLES", .right, leaves: 0), .init("FUNCTION", .left, cutTo: 10),
    ])
    table.add(["12.3 %", "1,234", "a::b::c::function"])
    #expect(table.text(columns: 34).contains("1,234  a::b::c::function"))
    #expect(table.text(columns: 29).contains("1,234  a…::function"))
    #expect(table.text(columns: 20) == "  SELF  FUNCTION\n12.3 %  a…::function\n")
  }
}
