import CLinuxPerf
import Glibc
import Reports

/// A terminal that a live view draws on: in raw mode, on its second screen. Ends as it was found, whatever ends the view,
/// but for SIGKILL.
struct TopTerminal: ~Copyable {
  /// Standard output's terminal, which a frozen one (Ctrl-S, a connection that hangs) must not make the view wait for.
  private let output: Int32
  private let ownsOutput: Bool
  /// Where keys come from; nil where there are none.
  private(set) var input: Int32?
  private let ownsInput: Bool
  private let hasColor: Bool
  private var saved = termios()
  private var isRaw = false
  private var isDrawing = false
  private var shown: [String] = []
  private var size: (columns: Int, lines: Int) = (0, 0)

  /// The terminal at standard output; nil where that is none, or one that can't be drawn on.
  init?() {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    let kind = Self.environment("TERM") ?? ""
    guard !kind.isEmpty, kind != "dumb", kind != "unknown" else { return nil }
    // A description of its own, since others share the mode of standard output's.
    // SAFETY: the path is a literal.
    let own = unsafe open("/proc/self/fd/1", O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    (output, ownsOutput) = own >= 0 ? (own, true) : (STDOUT_FILENO, false)
    hasColor = (Self.environment("NO_COLOR") ?? "").isEmpty
    if isatty(STDIN_FILENO) == 1 {
      (input, ownsInput) = (STDIN_FILENO, false)
    } else {
      // SAFETY: the path is a literal.
      let terminal = unsafe open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY)
      (input, ownsInput) = (terminal >= 0 ? terminal : nil, true)
    }
  }

  deinit {
    Self.restore(output, input, saved, isRaw: isRaw, isDrawing: isDrawing)
    if ownsInput, let input { close(input) }
    if ownsOutput { close(output) }
  }

  /// Takes the terminal; again, where something else may have set it since.
  mutating func enter() {
    if let input {
      Self.waitForForeground(input)
      var raw = termios()
      // SAFETY: all calls read or write the one structure that they are given.
      if unsafe isRaw || tcgetattr(input, &saved) == 0 {
        raw = saved
        // Keys that send signals go on doing so. Ctrl-S would freeze the picture, and with it sampling.
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        raw.c_iflag &= ~tcflag_t(IXON)
        isRaw = unsafe tcsetattr(input, TCSANOW, &raw) == 0
      }
    }
    var text = Self.endOfDrawing
    // SAFETY: text and modes are copied during the call.
    text.withUTF8 {
      unsafe clp_terminal_guard(output, $0.baseAddress, $0.count, isRaw ? input ?? -1 : -1, &saved)
    }
    write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[H\u{1B}[2J")
    isDrawing = true
    shown = []
  }

  /// As any program that is put into the background and touches its terminal's modes, this one stops until it's fetched.
  private static func waitForForeground(_ input: Int32) {
    // More than a few times: nobody stops it, since no shell could let it go on.
    for _ in 0..<16 {
      let group = tcgetpgrp(input)
      guard group >= 0, group != getpgrp() else { return }
      kill(0, SIGTTOU)
    }
  }

  /// Gives the terminal back, until `enter`.
  mutating func leave() {
    Self.restore(output, input, saved, isRaw: isRaw, isDrawing: isDrawing)
    (isRaw, isDrawing) = (false, false)
  }

  /// The size in characters, as of now.
  var dimensions: (columns: Int, lines: Int) {
    var size = winsize()
    // SAFETY: the request writes a winsize, which is what it is given.
    guard unsafe ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Keys that have come; nil where none will come any more, since the terminal is gone.
  func keys() -> [TopKey]? {
    guard let input else { return [] }
    var wait = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
    // SAFETY: one structure, read and written during the call.
    guard unsafe poll(&wait, 1, 0) > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: 256)
    // SAFETY: writes at most as many bytes as there are.
    let count = unsafe read(input, &bytes, bytes.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return [] }
    return count > 0 ? TopKey.keys(in: Array(bytes[..<count])) : nil
  }

  /// Shows these lines; of what is on the screen already nothing is sent again.
  mutating func draw(_ lines: [TopScreen.Line], in size: (columns: Int, lines: Int), anew: Bool = false) {
    var text = ""
    if anew || size != self.size {
      text += "\u{1B}[0m\u{1B}[2J"
      shown = []
      self.size = size
    }
    // A closure must not hold what can't be copied.
    let hasColor = hasColor
    let rows = lines.map { Self.styled($0, hasColor: hasColor) }
    for (index, row) in rows.enumerated() where index >= shown.count || shown[index] != row {
      text += "\u{1B}[\(index + 1);1H\(row)\u{1B}[0m\u{1B}[K"
    }
    if rows.count < shown.count || shown.isEmpty { text += "\u{1B}[\(rows.count + 1);1H\u{1B}[J" }
    // What came through in part is not known: then all of it is sent the next time.
    shown = text.isEmpty || write(text) ? rows : []
  }

  private static func styled(_ line: TopScreen.Line, hasColor: Bool) -> String {
    let code: String
    switch line.style {
    case .plain: return line.text
    case .title: code = "1"
    case .heading: code = hasColor ? "1;36" : "1"
    case .trust: code = hasColor ? "32" : "0"
    case .doubt: code = hasColor ? "1;33" : "1"
    case .selected: code = "7"
    case .keys: code = hasColor ? "2" : "0"
    }
    return "\u{1B}[\(code)m\(line.text)"
  }

  /// Writes all of it; false where the terminal takes nothing for a while, or is gone.
  @discardableResult
  private func write(_ text: String) -> Bool { Self.write(text, to: output) }

  @discardableResult
  private static func write(_ text: String, to output: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      // SAFETY: reads the bytes during the call only.
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(output, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var wait = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
        // SAFETY: one structure, read and written during the call.
        if unsafe poll(&wait, 1, patience) > 0 { continue }
      }
      // A terminal that is gone takes nothing; the next read tells.
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func restore(_ output: Int32, _ input: Int32?, _ saved: termios, isRaw: Bool, isDrawing: Bool) {
    if isDrawing { write(endOfDrawing, to: output) }
    if isRaw, let input {
      var saved = saved
      // Not once all is sent, for which one that hangs would have to be waited for.
      // SAFETY: reads the structure only.
      _ = unsafe tcsetattr(input, TCSANOW, &saved)
    }
    clp_terminal_unguard()
  }

  /// What ends drawing: usual looks, the cursor, and the screen from before.
  private static let endOfDrawing = "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"
  /// Milliseconds that a terminal may take nothing, before what was drawn is given up.
  private static let patience: Int32 = 200

  private static func environment(_ name: String) -> String? {
    // SAFETY: nothing here changes the environment; the text is copied at once.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
