/// What is looked at in a live view, and how keys change it.
package struct TopState: Hashable, Sendable {
  /// What the rows are.
  package enum Page: Hashable, Sendable {
    /// Functions by their samples.
    case functions
    /// Threads by theirs.
    case threads
    /// Callers and callees of a function.
    case calls(of: String)
    /// What the keys do.
    case help
  }

  /// What a key asks for beside another picture.
  package enum Wish: Hashable, Sendable {
    case none, quit, redraw
  }

  /// What the rows are now; the pages before are gone back to one by one.
  package var page: Page { pages.last ?? .functions }
  private var pages: [Page] = [.functions]
  /// How functions are sorted.
  package private(set) var order: FunctionReport.Order
  /// Rows without this text are left out; empty for none.
  package private(set) var filter = ""
  /// Whether the text is being typed.
  package private(set) var isTyping = false
  /// Whether the picture stays as it is.
  package private(set) var isPaused = false
  /// Which of the value types is shown, counted on for ever.
  package private(set) var value = 0
  /// The row that is chosen.
  package private(set) var selected = 0

  /// Pages that can be gone back to.
  private static let mostPages = 64
  /// Characters that a filter may have.
  private static let longestFilter = 200

  /// Functions, in this order.
  package init(order: FunctionReport.Order = .self) { self.order = order }

  /// Keeps the chosen row among those that there are.
  package mutating func clamp(toRows count: Int) { selected = max(0, min(selected, count - 1)) }

  /// Does what a key says.
  ///
  /// - Parameters:
  ///   - rows: How many rows there are.
  ///   - page: How many of them are in sight.
  ///   - function: The name of a row's function; nil where it has none.
  package mutating func press(
    _ key: TopKey, rows: Int, visible: Int, function: (Int) -> String?
  ) -> Wish {
    if key == .redraw { return .redraw }
    if isTyping { type(key) } else if let wish = command(key, rows, max(1, visible), function) { return wish }
    clamp(toRows: rows)
    return .none
  }

  private mutating func type(_ key: TopKey) {
    switch key {
    case .character(let character): if filter.count < Self.longestFilter { filter.append(character) }
    case .backspace: if filter.isEmpty { isTyping = false } else { filter.removeLast() }
    case .enter: isTyping = false
    case .escape: (filter, isTyping) = ("", false)
    default: isTyping = false
    }
    selected = 0
  }

  private mutating func command(_ key: TopKey, _ rows: Int, _ visible: Int, _ function: (Int) -> String?) -> Wish? {
    switch key {
    case .character("q"), .character("Q"): return .quit
    case .character("s"): order = .self
    case .character("t"): order = .total
    case .character(" "), .character("p"): isPaused.toggle()
    case .character("/"), .character("f"): isTyping = true
    case .character("v"): (value, selected) = (value &+ 1, 0)
    case .character("h"), .character("?"): if page == .help { back() } else { go(to: .help) }
    case .tab:
      pages = [page == .threads ? .functions : .threads]
      selected = 0
    case .enter, .character("c"):
      if page == .help { back() } else if let name = function(selected) { go(to: .calls(of: name)) }
    case .escape, .backspace:
      // First what narrows the page, then the page.
      if filter.isEmpty { back() } else { filter = "" }
    case .up, .character("k"): selected -= 1
    case .down, .character("j"): selected += 1
    case .pageUp: selected -= visible
    case .pageDown: selected += visible
    case .home, .character("g"): selected = 0
    case .end, .character("G"): selected = max(0, rows - 1)
    default: break
    }
    return nil
  }

  private mutating func go(to page: Page) {
    guard page != self.page, pages.count < Self.mostPages else { return }
    pages.append(page)
    (selected, filter) = (0, "")
  }

  private mutating func back() {
    if pages.count > 1 { pages.removeLast() }
    selected = 0
  }
}
