import BinaryReading
import ELF
import Glibc
import Processes
import ProfileModel
import Synchronization

/// Asks debuginfod servers for debug files, through elfutils' client library, which is loaded only then.
///
/// The client reads `DEBUGINFOD_URLS` and keeps what it got below `~/.cache/debuginfod_client`, misses too. A time
/// budget holds for the whole program, so that an unreachable server delays a recording's end once and not for each
/// module.
enum Debuginfod {
  /// Milliseconds that all questions have taken.
  private static let spent = Atomic<Int64>(0)

  /// Whether the environment names servers.
  static var isConfigured: Bool {
    // SAFETY: getenv returns NULL or a terminated string, whose first byte is read at once.
    guard let value = unsafe getenv("DEBUGINFOD_URLS") else { return false }
    return unsafe value.pointee != 0
  }

  /// The debug file with this build ID; nil where no server has it while `seconds` last.
  static func debugFile(_ buildID: BuildID, seconds: Int) -> ELFImage? {
    let left = Int64(clamping: seconds) * 1_000 - spent.load(ordering: .relaxed)
    guard isConfigured, left > 0, let client = DebuginfodClient() else { return nil }
    let start = DebuginfodClient.milliseconds()
    defer { spent.add(DebuginfodClient.milliseconds() - start, ordering: .relaxed) }
    guard let file = client.find(buildID, deadline: start + left), let image = try? ELFImage(file: file),
      image.buildID == nil || image.buildID == buildID
    else { return nil }
    return image
  }
}

/// A handle of libdebuginfod.
@safe
private struct DebuginfodClient: ~Copyable {
  private typealias Handle = UnsafeMutableRawPointer
  private typealias Progress = @convention(c) (Handle?, Int, Int) -> Int32
  private typealias Find =
    @convention(c) (Handle, UnsafePointer<UInt8>?, Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32

  private let handle: Handle

  init?() {
    guard let begin = unsafe Self.function("debuginfod_begin", as: (@convention(c) () -> Handle?).self),
      let handle = unsafe begin()
    else { return nil }
    unsafe self.handle = unsafe handle
  }

  deinit {
    if let end = unsafe Self.function("debuginfod_end", as: (@convention(c) (Handle) -> Void).self) {
      unsafe end(handle)
    }
  }

  /// Downloads the file, or opens it in the cache.
  func find(_ buildID: BuildID, deadline: Int64) -> FileReader? {
    guard let find = unsafe Self.function("debuginfod_find_debuginfo", as: Find.self) else { return nil }
    limit(to: deadline)
    var path: UnsafeMutablePointer<CChar>?
    // SAFETY: the client reads `bytes.count` bytes of the build ID and mallocs `path`, which is freed here.
    let descriptor = unsafe buildID.bytes.withUnsafeBufferPointer {
      unsafe find(handle, $0.baseAddress, Int32($0.count), &path)
    }
    defer { unsafe free(path) }
    guard descriptor >= 0 else { return nil }
    return FileReader(path: unsafe path.map { unsafe String(cString: $0) } ?? "debuginfod", owning: descriptor)
  }

  /// Makes the client give up at `deadline`, which it carries to the callback as its user data.
  private func limit(to deadline: Int64) {
    let setData = unsafe Self.function(
      "debuginfod_set_user_data", as: (@convention(c) (Handle, UnsafeMutableRawPointer?) -> Void).self)
    let setProgress = unsafe Self.function(
      "debuginfod_set_progressfn", as: (@convention(c) (Handle, Progress?) -> Void).self)
    guard let setData = unsafe setData, let setProgress = unsafe setProgress else { return }
    unsafe setData(handle, UnsafeMutableRawPointer(bitPattern: Int(deadline)))
    unsafe setProgress(handle) { handle, _, _ in
      typealias GetData = @convention(c) (Handle?) -> UnsafeMutableRawPointer?
      guard let data = unsafe DebuginfodClient.function("debuginfod_get_user_data", as: GetData.self) else { return 0 }
      return unsafe DebuginfodClient.milliseconds() > Int64(Int(bitPattern: data(handle))) ? 1 : 0
    }
  }

  /// Looks up a function of the client library, which is loaded on the first call and stays.
  private static func function<Function>(_ name: String, as type: Function.Type) -> Function? {
    guard let library = unsafe dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL),
      let symbol = unsafe dlsym(library, name)
    else { return nil }
    // SAFETY: the types are those of elfutils/debuginfod.h, whose soname version 1 keeps them.
    return unsafe unsafeBitCast(symbol, to: type)
  }

  fileprivate static func milliseconds() -> Int64 {
    Int64(MachineClock.monotonic / 1_000_000)
  }
}
