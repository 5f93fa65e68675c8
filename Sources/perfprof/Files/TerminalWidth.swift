import Glibc

/// How wide standard output's terminal is; nil when it is none.
enum TerminalWidth {
  static var columns: Int? {
    var size = winsize()
    // SAFETY: the call writes `size` only.
    guard isatty(STDOUT_FILENO) == 1, unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }
}
