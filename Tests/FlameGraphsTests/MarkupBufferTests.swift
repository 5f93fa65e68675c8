import Testing

@testable import FlameGraphs

@Suite struct MarkupBufferTests {
  @Test func escapesMarkup() {
    #expect(written { $0.write(text: "<a b=\"c\" d='e'>&]]>") } == "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;]]&gt;")
    #expect(written { $0.write(json: "</script>\\\"&") } == #""\u003c/script\u003e\\\"\u0026""#)
  }

  @Test func showsWhatMustNotBeObeyed() {
    #expect(MarkupBuffer.printable("a\u{0}\u{1B}[31m\u{7F}\u{9B}") == #"a\u{0}\u{1B}[31m\u{7F}\u{9B}"#)
    #expect(MarkupBuffer.printable("a\tb\nc\r\n\u{2028}d\u{85}") == "a b c   d ")
    #expect(MarkupBuffer.printable("\u{202E}x\u{2066}\u{FFFE}\u{FFFF}") == #"\u{202E}x\u{2066}\u{FFFE}\u{FFFF}"#)
    #expect(
      MarkupBuffer.printable("ma\u{200B}in\u{E0041}\u{E007F}\u{FE0F}\u{AD}")
        == #"ma\u{200B}in\u{E0041}\u{E007F}\u{FE0F}\u{AD}"#)
    #expect(MarkupBuffer.printable("日本語 🔥 é") == "日本語 🔥 é")
    // Half a surrogate pair, as bytes of a binary's symbol table.
    #expect(MarkupBuffer.printable(String(decoding: [0xED, 0xA0, 0x80, 0x41], as: UTF8.self)).hasSuffix("A"))
  }

  @Test func cutsAtCharacters() {
    #expect(MarkupBuffer.shortened("abc", to: 3) == "abc")
    #expect(MarkupBuffer.shortened("abcd", to: 3) == "abc…")
    #expect(MarkupBuffer.shortened("aé🔥b", to: 5) == "aé…")
  }

  @Test func writesNumbers() {
    #expect(written { $0.write(Int64.min) } == "-9223372036854775808")
    #expect(written { $0.write(0) } == "0")
    #expect(written { $0.write(pixels: 12) } == "12")
    #expect(written { $0.write(pixels: 12.5) } == "12.5")
    #expect(written { $0.write(pixels: 0.049) } == "0.05")
    #expect(written { $0.write(pixels: 999.999) } == "1000")
    #expect(written { $0.write(pixels: -3) } == "0")
    #expect(written { $0.write(pixels: .infinity) } == "1000000000000")
    #expect(written { $0.write(pixels: .nan) } == "0")
  }

  @Test func fitsText() {
    #expect(TextWidth.fitted("main", into: 100) == "main")
    #expect(TextWidth.fitted("main", into: 10) == nil)
    let cut = TextWidth.fitted("JSONParser.parseObject()", into: 80)
    #expect(cut?.hasSuffix("…") == true)
    #expect(cut.map { TextWidth.of($0) <= 80 } == true)
  }

  private func written(_ write: (inout MarkupBuffer) -> Void) -> String {
    var buffer = MarkupBuffer()
    write(&buffer)
    return String(decoding: buffer.bytes, as: UTF8.self)
  }
}
