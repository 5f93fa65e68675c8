import Glibc
import Processes
import ProfileModel
import Recording
import RecordingFormat
import Reports

/// What is being sampled, shown while it is: on a terminal that can be drawn on, or as one table after another.
final class TopView: WindowSink {
  /// What to show.
  struct Options {
    /// What is watched, in words.
    var title: String
    /// Seconds between two pictures.
    var interval: Double
    /// Seconds that a picture is of.
    var span: Double
    var order: FunctionReport.Order
    /// How many tables to print before the end; nil for no end. A terminal is not drawn on then.
    var tables: Int?
    /// Rows of a printed table.
    var rows: Int
  }

  let wantsNames = true
  /// Whether nobody looks any more.
  private(set) var isOver = false
  private let options: Options
  private var terminal: TopTerminal?
  private let job = JobSignals(given: Perfprof.given)
  private var sliding: SlidingProfile
  private var report: TopReport?
  private var screen: TopScreen
  private var state: TopState
  private var size: (columns: Int, lines: Int) = (0, 0)
  /// When the figures were added up last, on CLOCK_MONOTONIC.
  private var addedUpAt: UInt64 = 0
  private let startedAt = MachineClock.monotonic
  /// Whether there is more than the picture shows.
  private var hasNews = false
  private var hasSamples = false
  private var printed = 0

  /// A view that shows nothing yet. To be made before any other thread.
  init(_ options: Options) {
    self.options = options
    sliding = SlidingProfile(span: options.span)
    state = TopState(order: options.order)
    screen = TopScreen(title: options.title, report: nil, state: state)
    terminal = options.tables == nil ? TopTerminal() : nil
  }

  /// Gives the terminal back. Also done when the view is dropped.
  func end() {
    if terminal == nil, options.tables == nil, hasNews, hasSamples { printTable() }
    terminal = nil
  }

  // MARK: What is told

  func begin(_ header: RecordingHeader) {
    sliding.begin(header)
    terminal?.enter()
    draw(anew: true)
  }

  func restart() { sliding.restart() }

  func take(_ window: RecordingWindow) {
    sliding.add(window)
    hasNews = hasNews || sliding.seconds > 0
    hasSamples = hasSamples || window.samples.count > 0
  }

  func take(_ names: RecordedNames, isAtEnd: Bool) {
    sliding.add(names)
    hasNews = hasNews || sliding.seconds > 0
  }

  func update(_ progress: RecordProgress) {
    let now = MachineClock.monotonic
    let age = Double(now &- (addedUpAt == 0 ? startedAt : addedUpAt)) / 1e9
    guard terminal != nil else {
      // The names of what is new may take a moment longer; they are not waited for for ever.
      if hasNews, age >= options.interval, !progress.isNaming || age >= 2 * options.interval + 1 { printTable() }
      return
    }
    readKeys()
    guard !isOver else { return }
    // The first picture comes as soon as there is one, and again with its names.
    let isDue = age >= options.interval || printed < 2 && age >= 0.2
    if hasNews, isDue, !state.isPaused {
      printed += 1
      addUp()
      draw()
    } else if let current = terminal?.dimensions, current != size {
      draw(anew: true)
    }
  }

  // MARK: Showing

  private func addUp() {
    hasNews = false
    addedUpAt = MachineClock.monotonic
    report = sliding.profile().map { TopReport($0, seconds: sliding.seconds) }
  }

  private func draw(anew: Bool = false) {
    screen = TopScreen(title: options.title, report: report, state: state)
    state.clamp(toRows: screen.rowCount)
    guard let size = terminal?.dimensions else { return }
    let isResized = size != self.size
    self.size = size
    terminal?.draw(screen.lines(columns: size.columns, lines: size.lines), in: size, anew: anew || isResized)
  }

  /// Stops with its job, the terminal given away meanwhile.
  var jobControl: JobControl {
    JobControl(
      shouldPause: { [self] in
        guard let news = job.news() else { return false }
        if case .goesOn = news { comeBack() }
        return news == .stop
      },
      pause: { [self] in
        terminal?.leave()
        defer { comeBack() }
        return job.stop()
      })
  }

  private func comeBack() {
    // Nobody looked, and rings were full: what came meanwhile is no picture of any seconds.
    sliding.skipWindow()
    guard terminal != nil else { return }
    terminal?.enter()
    draw(anew: true)
  }

  private func readKeys() {
    guard let keys = terminal?.keys() else {
      isOver = true
      return
    }
    for key in keys {
      let wish = state.press(
        key, rows: screen.rowCount, visible: TopScreen.visibleRows(lines: size.lines),
        function: { screen.function(atRow: $0) })
      switch wish {
      case .quit:
        isOver = true
        return
      case .redraw: draw(anew: true)
      case .none:
        // Pages differ in their rows, which the next key needs.
        draw()
      }
    }
  }

  private func printTable() {
    addUp()
    guard report != nil else { return }
    screen = TopScreen(title: options.title, report: report, state: state)
    let text = (printed > 0 ? "\n" : "") + screen.text(rows: options.rows, columns: Terminal.columns(of: STDOUT_FILENO))
    printed += 1
    if !Self.write(text) { isOver = true }
    if let tables = options.tables, printed >= tables { isOver = true }
  }

  /// Writes to standard output; false when nobody reads it any more.
  private static func write(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      // SAFETY: reads the bytes during the call only.
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
