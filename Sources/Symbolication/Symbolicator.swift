import Demangling
import ELF
import ProfileModel

/// Names the addresses of images: functions, inlined functions, files and lines.
public struct Symbolicator: Sendable {
  /// Where to look, and how to show.
  public struct Options: Sendable {
    /// Folders with a `.build-id` folder, or with debug files under the path of their image.
    public var debugFolders = ["/usr/lib/debug"]
    /// Put before every path that is looked up by an image's own path, for processes in containers (`/proc/PID/root`).
    public var rootFolder = ""
    /// Whether DWARF is asked for inlined functions and lines.
    public var readsDebugInformation = true
    /// Whether debuginfod servers are asked where `DEBUGINFOD_URLS` names some.
    public var usesDebuginfod = true
    /// Seconds that all questions to debuginfod servers may take for one module.
    public var debuginfodSeconds = 20
    /// How names are shown.
    public var names = Demangler.Options()
    /// Debian's folder; DWARF and debuginfod asked; names folded.
    public init() {}
  }

  /// Where to look, and how to show.
  public var options: Options

  /// A symbolicator; cheap.
  public init(options: Options = Options()) { self.options = options }

  /// The bounds of the function that holds a stated address, where unwind information tells them.
  public typealias FunctionRange = (_ address: UInt64) -> Range<UInt64>?

  /// Where the last function begins at or before a stated address, where unwind information tells: there every symbol
  /// before it ends that states no size.
  public typealias FunctionStart = (_ address: UInt64) -> UInt64?
}
