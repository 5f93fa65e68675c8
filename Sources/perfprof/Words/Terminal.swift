import Glibc

/// What is known of the terminal at a descriptor.
enum Terminal {
  /// Its width; nil where there is no terminal, and nothing has to fit.
  static func columns(of descriptor: Int32) -> Int? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    // SAFETY: the request writes a winsize, which is what it is given.
    let isKnown = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return isKnown ? max(20, Int(size.ws_col)) : 80
  }
}
