import Demangling
import ELF
import ProfileModel

/// Names the addresses of images: functions, inlined functions, files and lines.
package struct Symbolicator: Sendable {
  /// Where to look, and how to show.
  package struct Options: Sendable {
    /// Folders with a `.build-id` folder, or with debug files under the path of their image.
    package var debugFolders = ["/usr/lib/debug"]
    /// Put before every path that is looked up by an image's own path, for processes in containers (`/proc/PID/root`).
    package var rootFolder = ""
    /// Whether DWARF is asked for inlined functions and lines.
    package var readsDebugInformation = true
    /// Whether debuginfod servers are asked where `DEBUGINFOD_URLS` names some.
    package var usesDebuginfod = true
    /// Seconds that all questions to debuginfod servers may take for one module.
    package var debuginfodSeconds = 20
    /// How names are shown.
    package var names = Demangler.Options()
    /// Debian's folder; DWARF and debuginfod asked; names folded.
    package init() {}
  }

  /// Where to look, and how to show.
  package var options: Options

  /// A symbolicator; cheap.
  package init(options: Options = Options()) { self.options = options }

  /// The bounds of the function that holds a stated address, where unwind information tells them.
  package typealias FunctionRange = (_ address: UInt64) -> Range<UInt64>?

  /// Where the last function begins at or before a stated address, where unwind information tells: there every symbol
  /// before it ends that states no size.
  package typealias FunctionStart = (_ address: UInt64) -> UInt64?
}
