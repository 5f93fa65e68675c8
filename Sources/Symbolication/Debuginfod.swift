import BinaryReading
import ELF
import Glibc
import Processes
import ProfileModel
import Synchronization

/// Asks debuginfod servers for debug files, through elfutils' client library, which is loaded only then.
///
/// The client reads `DEBUGINFOD_URLS` and keeps what it got below `~/.cache/debuginfod_client`, misses too. A time
/// budget and one of bytes hold for the whole program, and servers that once were silent are not asked again: so an
/// unreachable one delays a recording's end once and not for each module, and none fills the disk.
enum Debuginfod {
  /// Milliseconds that all questions have taken.
  private static let spent = Atomic<Int64>(0)
  /// Bytes of all answers.
  private static let received = Atomic<Int64>(0)
  private static let wasSilent = Atomic<Bool>(false)

  /// Milliseconds without an answer after which a server counts as silent.
  private static let silence: Int64 = 2_000
  /// Bytes of all answers that are taken.
  private static let byteLimit: Int64 = 4 << 30

  /// Whether the environment names servers.
  static var isConfigured: Bool {
    // SAFETY: getenv returns NULL or a terminated string, whose first byte is read at once.
    guard let value = unsafe getenv("DEBUGINFOD_URLS") else { return false }
    return unsafe value.pointee != 0
  }

  /// The debug file with this build ID; nil where no server has it while `seconds` last.
  static func debugFile(_ buildID: BuildID, seconds: Int) -> ELFImage? {
    let left = Int64(clamping: seconds) * 1_000 - spent.load(ordering: .relaxed)
    let room = byteLimit - received.load(ordering: .relaxed)
    guard isConfigured, left > 0, room > 0, !wasSilent.load(ordering: .relaxed), let client = DebuginfodClient() else {
      return nil
    }
    let start = DebuginfodClient.milliseconds()
    defer { spent.add(DebuginfodClient.milliseconds() - start, ordering: .relaxed) }
    let file = client.find(
      buildID, within: .init(end: start + left, silentUntil: start + min(left, silence), bytes: min(room, 1 << 30)))
    if client.wasSilent { wasSilent.store(true, ordering: .relaxed) }
    received.add(client.received, ordering: .relaxed)
    guard let file, let image = try? ELFImage(file: file),
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
  /// What the callback looks at and notes.
  private let watch: UnsafeMutablePointer<Watch>

  /// What an answer may take.
  struct Limits {
    /// When it must be there, in milliseconds.
    var end: Int64
    /// When it must have begun.
    var silentUntil: Int64
    /// The most bytes.
    var bytes: Int64
  }

  private struct Watch {
    var limits = Limits(end: 0, silentUntil: 0, bytes: 0)
    /// Bytes of the answer, as it said itself.
    var bytes: Int64 = 0
    var wasSilent = false
  }

  /// Bytes of the last answer.
  var received: Int64 { unsafe watch.pointee.bytes }
  /// Whether no answer had begun when it should have.
  var wasSilent: Bool { unsafe watch.pointee.wasSilent }

  init?() {
    guard let begin = unsafe Self.function("debuginfod_begin", as: (@convention(c) () -> Handle?).self),
      let handle = unsafe begin()
    else { return nil }
    unsafe self.handle = unsafe handle
    unsafe watch = .allocate(capacity: 1)
    unsafe watch.initialize(to: Watch())
  }

  deinit {
    if let end = unsafe Self.function("debuginfod_end", as: (@convention(c) (Handle) -> Void).self) {
      unsafe end(handle)
    }
    unsafe watch.deallocate()
  }

  /// Downloads the file, or opens it in the cache.
  func find(_ buildID: BuildID, within limits: Limits) -> FileReader? {
    guard let find = unsafe Self.function("debuginfod_find_debuginfo", as: Find.self) else { return nil }
    unsafe watch.pointee = Watch(limits: limits)
    limit()
    var path: UnsafeMutablePointer<CChar>?
    // SAFETY: the client reads `bytes.count` bytes of the build ID and mallocs `path`, which is freed here.
    let descriptor = unsafe buildID.bytes.withUnsafeBufferPointer {
      unsafe find(handle, $0.baseAddress, Int32($0.count), &path)
    }
    defer { unsafe free(path) }
    guard descriptor >= 0 else { return nil }
    return FileReader(path: unsafe path.map { unsafe String(cString: $0) } ?? "debuginfod", owning: descriptor)
  }

  /// Makes the client give up where the watch says so, which it carries to the callback as its user data.
  private func limit() {
    let setData = unsafe Self.function(
      "debuginfod_set_user_data", as: (@convention(c) (Handle, UnsafeMutableRawPointer?) -> Void).self)
    let setProgress = unsafe Self.function(
      "debuginfod_set_progressfn", as: (@convention(c) (Handle, Progress?) -> Void).self)
    guard let setData = unsafe setData, let setProgress = unsafe setProgress else { return }
    unsafe setData(handle, watch)
    // The third number is the answer's size, 0 as long as nobody has answered.
    unsafe setProgress(handle) { handle, _, total in
      typealias GetData = @convention(c) (Handle?) -> UnsafeMutableRawPointer?
      guard let data = unsafe DebuginfodClient.function("debuginfod_get_user_data", as: GetData.self),
        // SAFETY: the client's user data is the watch, which outlives the call that this is a part of.
        let watch = unsafe data(handle)?.assumingMemoryBound(to: Watch.self)
      else { return 0 }
      let (now, limits) = unsafe (DebuginfodClient.milliseconds(), watch.pointee.limits)
      unsafe watch.pointee.bytes = max(watch.pointee.bytes, Int64(total))
      if total <= 0, now > limits.silentUntil { unsafe watch.pointee.wasSilent = true }
      return unsafe now > limits.end || Int64(total) > limits.bytes || watch.pointee.wasSilent ? 1 : 0
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
