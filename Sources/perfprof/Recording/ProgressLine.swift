import Glibc
import Recording
import TextWriting
import Wording

/// One line on the terminal that tells how a recording is coming along; silent where there is no terminal.
final class ProgressLine: WindowSink {
  private let isShown: Bool
  private var shownAt = -1.0
  private var lastSamples: UInt64 = 0
  private var isOnScreen = false

  init(isQuiet: Bool) { isShown = !isQuiet && isatty(STDERR_FILENO) == 1 }

  /// Shows the state, at most four times a second.
  func update(_ progress: RecordProgress) {
    guard isShown, progress.seconds - shownAt >= 0.25 else { return }
    let rate = Double(progress.samples - lastSamples) / max(0.001, progress.seconds - max(0, shownAt))
    shownAt = progress.seconds
    lastSamples = progress.samples
    isOnScreen = true
    let rooted = progress.samples == 0 ? "?" : (Double(progress.rooted) / Double(progress.samples)).percent
    let threads = "\(progress.threads) \(progress.threads == 1 ? "thread" : "threads")"
    Self.show([
      "\(progress.seconds.fixed(1)) s", " · \(Int(rate.rounded())) samples/s", " · lost \(progress.lost)",
      " · rooted \(rooted)", " · \(threads)", "  (Ctrl-C stops)",
    ])
  }

  /// Shows how far naming is, once it takes longer than one would expect.
  func show(_ naming: NamingProgress) {
    guard isShown, naming.seconds > 0.5 else { return }
    isOnScreen = true
    Self.show([
      "naming functions: \(naming.done) of \(naming.total) \(naming.total == 1 ? "module" : "modules")",
      ", \(naming.seconds.fixed(1)) s", "  (Ctrl-C: without the others)",
    ])
  }

  /// Takes the line away.
  func clear() {
    if isOnScreen { Self.write("\r\u{1B}[K") }
    isOnScreen = false
  }

  /// Shows as many of the parts as fit: a line longer than the terminal would leave its first row behind.
  private static func show(_ parts: [String]) {
    // In the last column the cursor of some terminals moves on.
    let room = (Terminal.columns(of: STDERR_FILENO) ?? 80) - 1
    write("\r\u{1B}[K" + String.fitting(parts, separator: "", columns: room))
  }

  private static func write(_ text: String) {
    var text = text
    // SAFETY: the bytes are read during the call only. A terminal that is gone is no reason to stop.
    _ = text.withUTF8 { buffer in unsafe Glibc.write(STDERR_FILENO, buffer.baseAddress, buffer.count) }
  }
}
