import BinaryReading
import ELF
import ProfileModel

/// The stack memory of the sampled thread: the dump first, live memory of the target where the dump ends.
///
///     sp                     last word used      dump's end
///     ├──────────── dump ───────────┬──────────────┤
///                                   ├───── window, read live in one call ─────▶
///                                   same word in both, or the window is refused
///
/// The thread has run on since the dump was taken. Frames near the root seldom change, so live memory is taken, but
/// only when the last word that the walk used still holds what the dump holds. The same goes for memory elsewhere (the
/// interrupted stack below an alternate signal stack, a coroutine's): that word, as the saved instruction pointer of a
/// signal, belongs to the frame by which the stack was left. It's read after the memory that it vouches for, and where
/// the walk has used no word yet, the dump's last one stands in. Only where the kernel could copy nothing at all (a child
/// of `vfork` on its parent's stack) there is nothing to compare.
@safe final class TargetMemory {
  /// Actual address of the dump's first byte.
  private(set) var dumpBase: UInt64 = 0
  /// The dump; set only while a stack is unwound.
  private(set) var dump = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  /// Why the last failed read failed.
  private(set) var failure: TruncationReason = .memoryUnreadable
  /// Address and value of the last word used, where a window may be joined on.
  var seam: (address: UInt64, value: UInt64)?
  /// The last word used that the dump holds: by it another stack is believed.
  private var anchor: (address: UInt64, value: UInt64)?
  /// Whether other memory is read without that check, because not all of it is believed: by libunwind, whose steps are
  /// checked by `isStillAnchored` when they lead to another stack.
  var isLenient = false

  private var process = ProcessMemory(pid: 0)
  private var window = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var windowBase: UInt64 = 0
  private var windowCount: UInt64 = 0
  /// Whether the window is a continuation of the dump.
  private var isJoined = false
  private var readCount = 0

  private static let firstWindow: UInt64 = 1 << 20
  private static let laterWindow: UInt64 = 16 << 20
  private static let elsewhereWindow: UInt64 = 1 << 16
  /// How far behind the dump its stack may still go on.
  private static let stackReach: UInt64 = 1 << 30
  /// A step that leads farther than this beyond what was read is one to another stack.
  private static let gap: UInt64 = 16 << 20
  /// Live reads for one stack; a chain that needs more is being led around.
  private static let readLimit = 64

  deinit { unsafe window.deallocate() }

  /// Calls `body` while the words of `stack`, which starts at `base`, can be read.
  func withDump<Result>(_ stack: RawSpan, at base: UInt64, of tid: Int32, _ body: () -> Result) -> Result {
    // SAFETY: the pointer is kept in `dump` only until the closure returns; the span outlives the closure.
    unsafe stack.withUnsafeBytes { bytes in
      (dumpBase, process, seam, windowCount, readCount) = (base, ProcessMemory(pid: tid), nil, 0, 0)
      anchor = nil
      isJoined = false
      unsafe dump = bytes
      let result = body()
      unsafe dump = UnsafeRawBufferPointer(start: nil, count: 0)
      return result
    }
  }

  /// Whether words were read for this stack that the dump does not hold.
  var wentLive: Bool { readCount > 0 }

  /// How many of `count` words, from the first, are in the dump and have the values that they are expected to have.
  @inline(__always)
  func unchangedCount(_ count: Int, _ expected: (Int) -> (address: UInt64, value: UInt64)) -> Int {
    for index in 0..<count {
      let (address, value) = expected(index)
      guard dumpWord(at: address) == value else { return index }
    }
    return count
  }

  /// The word at `address`, or nil, with the reason in `failure`.
  func word(at address: UInt64) -> UInt64? {
    if let value = dumpWord(at: address) {
      seam = (address, value)
      // Small numbers are found anywhere, addresses are not.
      if value > 0xFFFF { anchor = seam }
      return value
    }
    guard let value = liveWord(at: address) else { return nil }
    seam = (address, value)
    return value
  }

  /// The word at `address`; where that is behind the dump, the word at `seam`, if any, must not have changed.
  @inline(__always)
  func word(at address: UInt64, seam: UInt64?) -> UInt64? {
    dumpWord(at: address) ?? word(at: address, behind: seam)
  }

  private func word(at address: UInt64, behind seamAddress: UInt64?) -> UInt64? {
    if let seamAddress, let value = dumpWord(at: seamAddress) {
      seam = (seamAddress, value)
      anchor = seam
    }
    return word(at: address)
  }

  /// The word at `address` if the dump holds all of it.
  @inline(__always)
  func dumpWord(at address: UInt64) -> UInt64? {
    let offset = address &- dumpBase
    guard unsafe dump.count >= 8, offset <= UInt64(unsafe dump.count &- 8) else { return nil }
    // SAFETY: `offset + 8 <= dump.count`, and the dump lives as long as the walk (`withDump`).
    return unsafe UInt64(
      littleEndian: dump.loadUnaligned(fromByteOffset: Int(truncatingIfNeeded: offset), as: UInt64.self))
  }

  private func liveWord(at address: UInt64) -> UInt64? {
    if let value = windowWord(at: address) { return value }
    guard address < UInt64.max - 8, readCount < Self.readLimit else {
      failure = .memoryUnreadable
      return nil
    }
    readCount += 1
    let dumpEnd = dumpBase &+ UInt64(unsafe dump.count)
    let reached = isJoined ? max(dumpEnd, windowBase &+ windowCount) : dumpEnd
    let goesOn =
      address &- dumpBase < Self.stackReach && address >= (dumpEnd &- 8) && address &- min(address, reached) < Self.gap
    return goesOn ? continuedWord(at: address, dumpEnd: dumpEnd) : elsewhereWord(at: address)
  }

  /// Reads on behind the dump, or behind a window that was joined to it.
  private func continuedWord(at address: UInt64, dumpEnd: UInt64) -> UInt64? {
    failure = .stackDumpTooShort
    if seam == nil { seam = lastDumpWord(end: dumpEnd) }
    let start = min(seam?.address ?? dumpEnd, address)
    isJoined = true
    let size = max(windowCount == 0 ? Self.firstWindow : Self.laterWindow, address &- start &+ 4_096)
    guard size <= Self.stackReach, fillWindow(from: start, count: size) else { return nil }
    if let seam, windowWord(at: seam.address) != seam.value {
      windowCount = 0
      return nil
    }
    return windowWord(at: address)
  }

  private func elsewhereWord(at address: UInt64) -> UInt64? {
    failure = .memoryUnreadable
    isJoined = false
    guard fillWindow(from: address & ~0xF, count: Self.elsewhereWindow) else { return nil }
    if !isLenient, !isStillAnchored {
      failure = .stackDumpTooShort
      windowCount = 0
      return nil
    }
    return windowWord(at: address)
  }

  /// Whether the last word that was used of the dump, or else its last one, is unchanged in live memory.
  var isStillAnchored: Bool {
    guard let anchor = anchor ?? lastDumpWord(end: dumpBase &+ UInt64(unsafe dump.count)) else { return true }
    return currentWord(at: anchor.address) == anchor.value
  }

  /// Whether an address lies on the stack that was dumped, as far as that is known.
  func isOnDumpedStack(_ address: UInt64) -> Bool {
    let end = isJoined ? windowBase &+ windowCount : dumpBase &+ UInt64(unsafe dump.count)
    return address >= dumpBase && address <= end
  }

  private func lastDumpWord(end: UInt64) -> (address: UInt64, value: UInt64)? {
    let address = dumpBase &+ (end &- dumpBase &- 8) & ~7
    return dumpWord(at: address).map { (address, $0) }
  }

  /// The word that live memory holds now, whatever the dump or a window says.
  private func currentWord(at address: UInt64) -> UInt64? {
    var word: UInt64 = 0
    // SAFETY: the kernel writes at most the eight bytes of `word`, which lives through the call.
    let got = unsafe withUnsafeMutableBytes(of: &word) { unsafe process.read(at: address, into: $0) }
    return got == 8 ? UInt64(littleEndian: word) : nil
  }

  private func windowWord(at address: UInt64) -> UInt64? {
    let offset = address &- windowBase
    guard windowCount >= 8, offset <= windowCount - 8 else { return nil }
    // SAFETY: `offset + 8 <= windowCount`, which never exceeds the buffer.
    return unsafe UInt64(
      littleEndian: window.loadUnaligned(fromByteOffset: Int(truncatingIfNeeded: offset), as: UInt64.self))
  }

  private func fillWindow(from start: UInt64, count: UInt64) -> Bool {
    guard let wanted = Int(exactly: count) else { return false }
    if unsafe window.count < wanted {
      unsafe window.deallocate()
      unsafe window = .allocate(byteCount: wanted, alignment: 16)
    }
    windowBase = start
    // SAFETY: the buffer holds at least `wanted` bytes, and only this object has it.
    let got = unsafe process.read(at: start, into: UnsafeMutableRawBufferPointer(rebasing: window[..<wanted]))
    windowCount = UInt64(got)
    return got >= 8
  }

  /// Up to a page of live memory, for looking at code.
  func liveBytes(at address: UInt64, count: Int) -> [UInt8]? {
    process.bytes(at: address, count: UInt64(count), limit: 4_096)
  }
}
