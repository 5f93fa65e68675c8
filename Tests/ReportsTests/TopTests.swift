import ProfileModel
import TextWriting
import Testing

@testable import Reports

/// Keys and lines of the live view.
@Suite struct TopTests {
  private func pressed(_ text: String, rows: Int = 3, _ state: TopState = TopState()) -> (TopState, TopState.Wish) {
    var state = state
    var wish = TopState.Wish.none
    for key in TopKey.keys(in: Array(text.utf8)) {
      wish = state.press(key, rows: rows, visible: 10, function: { "function \($0)" })
    }
    return (state, wish)
  }

  @Test func `keys are read out of what terminals send`() {
    #expect(
      TopKey.keys(in: Array("q\u{1B}[A\u{1B}OB\u{1B}[5~\u{1B}[6~\u{1B}[H\u{1B}[4~\r\t\u{7F}ä\u{1A}\u{0C}\u{1B}".utf8))
        == [
          .character("q"), .up, .down, .pageUp, .pageDown, .home, .end, .enter, .tab, .backspace, .character("ä"),
          .redraw, .escape,
        ])
    // What is not known, cut short or no text says nothing.
    #expect(TopKey.keys(in: [0x1B, 0x5B, 0x31, 0x3B, 0x35, 0x50, 0x01, 0xFF, 0x1B, 0x5B, 0x31]) == [])
  }

  @Test func `sorting, pausing, filtering, drilling down and back`() {
    #expect(pressed("t").0.order == .total)
    #expect(pressed("ts").0.order == .self)
    #expect(pressed("p").0.isPaused && !pressed("pp").0.isPaused)
    #expect(pressed("q").1 == .quit && pressed("\u{0C}").1 == .redraw)
    // While a filter is typed, letters are letters.
    let typing = pressed("/qs").0
    #expect(typing.isTyping && typing.filter == "qs" && typing.order == .self)
    #expect(pressed("/qs\r").0.filter == "qs" && !pressed("/qs\r").0.isTyping)
    #expect(pressed("/qs\u{1B}").0.filter == "")
    #expect(pressed("/qs\r\u{1B}").0.filter == "")
    #expect(pressed("jjjjj").0.selected == 2)
    #expect(pressed("kk").0.selected == 0)
    let calls = pressed("j\r").0
    #expect(calls.page == .calls(of: "function 1"))
    let deeper = pressed("jj\r", calls).0
    #expect(deeper.page == .calls(of: "function 2"))
    #expect(pressed("\u{1B}", deeper).0.page == calls.page)
    #expect(pressed("\u{7F}\u{7F}", deeper).0.page == .functions)
    #expect(pressed("\t").0.page == .threads && pressed("\t\t").0.page == .functions)
    #expect(pressed("h").0.page == .help && pressed("hh").0.page == .functions)
  }

  private func pressed(_ text: String, _ state: TopState) -> (TopState, TopState.Wish) { pressed(text, rows: 3, state) }

  private func report() -> TopReport {
    TopReport(
      Profile.of([
        (["app!main", "app!parse", "libc!malloc"], 30), (["app!main", "app!parse"], 20),
        (["app!main", "app!draw"], 40),
        (["[truncated: dump too short]", "libz!deflate"], 10),
      ]), seconds: 10)
  }

  @Test func `no size breaks the picture, and what tells of trust is always in it`() {
    for text in ["", "\t", "\r", "h", "/x", "p"] {
      let screen = TopScreen(title: "work (1)", report: report(), state: pressed(text).0)
      for height in 1...40 {
        for width in [1, 2, 7, 20, 40, 80, 120, 300] {
          let lines = screen.lines(columns: width, lines: height)
          #expect(lines.count <= height)
          #expect(lines.allSatisfy { $0.text.terminalColumns <= width }, "\(width)x\(height) \(lines)")
          #expect(lines.contains { $0.style == .trust || $0.style == .doubt })
        }
      }
      #expect(screen.lines(columns: 0, lines: 10).isEmpty)
    }
  }

  @Test func `a filter leaves rows out, and the chosen row stays in sight`() throws {
    let all = TopScreen(title: "work", report: report(), state: TopState())
    let name = try #require(all.function(atRow: 0))
    let some = TopScreen(title: "work", report: report(), state: pressed("/\(name)\r").0)
    #expect(some.rowCount >= 1 && some.rowCount < all.rowCount)
    var state = TopState()
    for row in 0..<all.rowCount {
      let lines = TopScreen(title: "work", report: report(), state: state).lines(columns: 80, lines: 7)
      let chosen = lines.filter { $0.style == .selected }
      #expect(chosen.count == 1 && chosen.first?.text.contains(all.function(atRow: row) ?? "?") == true)
      _ = state.press(.down, rows: all.rowCount, visible: 2, function: { _ in nil })
    }
  }

  @Test func `the figures are those of the report`() {
    let selected = report().selected(0)
    let functions = FunctionReport(selected, .init(order: .total))
    let text = TopScreen(title: "work", report: report(), state: TopState(order: .total)).text(rows: 100, columns: nil)
    for row in functions.rows {
      let line = text.split(separator: "\n").first {
        $0.contains(" \(row.function.name) ") || $0.hasSuffix(" \(row.function.name)")
      }
      #expect(line?.contains(functions.trust.share(of: row.total).percent) == true, "\(row)\n\(text)")
    }
  }
}
