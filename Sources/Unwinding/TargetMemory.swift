import BinaryReading
import ELF
import Processes
import ProfileModel

/// The memory of the sampled thread as it was at the sample.
///
///     sp                        dump's end
///     ├──────────── dump ───────────┤
///                               ├─ page ─┼─ page ─┼ …       copied at the sample, also of other stacks
///                                   ├── window, read live ──▶   only from a thread that stands still
///
/// A thread that runs on calls and returns hundreds of times before its memory could be read, and leaves the same return
/// addresses in the same places on other ways: no comparison of what is left proves that the rest is as it was. Of such a
/// thread nothing but what was copied at the sample is believed. What a stopped one holds is what it held at the sample, wherever it lies: on
/// the stack behind the dump, on the one that a signal interrupted, a goroutine's, a coroutine's.
@safe final class TargetMemory {
  /// Actual address of the dump's first byte.
  private(set) var dumpBase: UInt64 = 0
  /// The dump; set only while a stack is unwound.
  private(set) var dump = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  /// Why the last failed read failed.
  private(set) var failure: TruncationReason = .memoryUnreadable
  /// Whether words were read for this stack that were not copied at the sample.
  private(set) var wentLive = false
  /// Whether words were read for this stack that the dump does not hold, but another page that was copied.
  private(set) var usedPages = false
  /// How the thread tells where the stack lies that the walk went on to last.
  var lastSwitch: StackSwitch?

  /// The bits that a word of this thread has: of an 8-byte load, those that a narrower word takes up.
  private var wordMask = UInt64.max
  private(set) var pages = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  private(set) var pageAddresses = unsafe UnsafeBufferPointer<UInt64>(start: nil, count: 0)
  /// Bytes from one page to the next.
  private(set) var pageStride = Int(SampledPages.size)
  private var lastPage = 0
  private(set) var motion = ThreadMotion.runningOn
  /// Where to read what was not copied.
  private var source: any ReadableMemory = NoMemory()
  private var window = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var windowBase: UInt64 = 0
  private var windowCount: UInt64 = 0
  private var readCount = 0

  private static let firstWindow: UInt64 = 1 << 16
  private static let largestWindow: UInt64 = 1 << 20
  /// How far behind the dump its stack may still go on.
  private static let stackReach: UInt64 = 1 << 30
  /// Live reads for one stack; a chain that needs more is being led around.
  private static let readLimit = 256

  deinit { unsafe window.deallocate() }

  /// Calls `body` while the words of `stack`, which starts at `base`, can be read.
  ///
  /// - Parameter wordMask: `Architecture.wordMask`.
  func withDump<Result>(
    _ stack: RawSpan, at base: UInt64, and pages: SampledPages, of source: any ReadableMemory, _ motion: ThreadMotion,
    wordMask: UInt64 = .max, _ body: () -> Result
  ) -> Result {
    (dumpBase, self.source, self.motion, windowCount, readCount) = (base, source, motion, 0, 0)
    self.wordMask = wordMask
    (wentLive, usedPages, lastSwitch, lastPage) = (false, false, nil, 0)
    pageStride = pages.stride
    // SAFETY: the pointers are kept only until the closures return; the spans outlive these.
    return unsafe stack.withUnsafeBytes { bytes in
      unsafe pages.bytes.withUnsafeBytes { pageBytes in
        unsafe pages.addresses.withUnsafeBufferPointer { addresses in
          unsafe (dump, self.pages, pageAddresses) = (bytes, pageBytes, addresses)
          let result = body()
          unsafe dump = UnsafeRawBufferPointer(start: nil, count: 0)
          unsafe self.pages = UnsafeRawBufferPointer(start: nil, count: 0)
          unsafe pageAddresses = UnsafeBufferPointer(start: nil, count: 0)
          return result
        }
      }
    }
  }

  /// Notes that the walk goes on at the stack pointer that a signal saved here.
  func noteSwitch(savedAt address: UInt64) {
    lastSwitch = wordMask == .max ? .saved(at: address) : .savedNarrow(at: address)
  }

  /// How many of `count` words, from the first, were copied and have the values that they are expected to have.
  @inline(__always)
  func unchangedCount(_ count: Int, _ expected: (Int) -> (address: UInt64, value: UInt64)) -> Int {
    for index in 0..<count {
      let (address, value) = expected(index)
      guard (dumpWord(at: address) ?? pageWord(at: address)) == value else { return index }
    }
    return count
  }

  /// The word at `address`, or nil, with the reason in `failure`.
  @inline(__always)
  func word(at address: UInt64) -> UInt64? {
    dumpWord(at: address) ?? wordBeyondDump(at: address)
  }

  /// The word at `address` if the dump holds all of it.
  @inline(__always)
  func dumpWord(at address: UInt64) -> UInt64? {
    let offset = address &- dumpBase
    guard unsafe dump.count >= 8, offset <= UInt64(unsafe dump.count &- 8) else { return lastNarrowWord(at: offset) }
    // SAFETY: `offset + 8 <= dump.count`, and the dump lives as long as the walk (`withDump`).
    return unsafe UInt64(
      littleEndian: dump.loadUnaligned(fromByteOffset: Int(truncatingIfNeeded: offset), as: UInt64.self)) & wordMask
  }

  /// The word of 4 bytes that ends the dump, which is too short for a load of 8.
  @inline(never)
  private func lastNarrowWord(at offset: UInt64) -> UInt64? {
    guard wordMask == UInt64(UInt32.max), unsafe dump.count >= 4, offset == UInt64(unsafe dump.count &- 4) else {
      return nil
    }
    // SAFETY: `offset + 4 == dump.count`, and the dump lives as long as the walk (`withDump`).
    return unsafe UInt64(
      UInt32(littleEndian: dump.loadUnaligned(fromByteOffset: Int(truncatingIfNeeded: offset), as: UInt32.self)))
  }

  private func wordBeyondDump(at address: UInt64) -> UInt64? {
    if let value = pageWord(at: address) {
      usedPages = true
      return value
    }
    if let value = windowWord(at: address) { return value }
    let isOnStack = isBehindDump(address)
    guard motion == .standingStill else {
      failure = isOnStack ? .stackDumpTooShort : .memoryNotSampled
      return nil
    }
    failure = isOnStack ? .stackDumpTooShort : .memoryUnreadable
    guard address < UInt64.max - 8, readCount < Self.readLimit else { return nil }
    readCount += 1
    wentLive = true
    return fillWindow(for: address) ? windowWord(at: address) : nil
  }

  /// Whether an address lies where the dumped stack may go on.
  private func isBehindDump(_ address: UInt64) -> Bool {
    let end = dumpBase &+ UInt64(unsafe dump.count)
    return address &- dumpBase < Self.stackReach && address &+ 8 > end
  }

  /// The word at `address` if a copied page holds it.
  private func pageWord(at address: UInt64) -> UInt64? {
    let count = unsafe pageAddresses.count
    guard count > 0, unsafe pages.count >= (count - 1) * pageStride + Int(SampledPages.size) else { return nil }
    let page = address & ~(SampledPages.size &- 1)
    let offset = Int(truncatingIfNeeded: address &- page)
    let isLastNarrow = offset == Int(SampledPages.size) - 4 && wordMask == UInt64(UInt32.max)
    guard offset <= Int(SampledPages.size) - 8 || isLastNarrow else { return nil }
    // Mostly the last one again, or the one behind it.
    if unsafe pageAddresses[lastPage] != page {
      if lastPage + 1 < count, unsafe pageAddresses[lastPage + 1] == page {
        lastPage += 1
      } else {
        guard let found = unsafe pageAddresses.firstIndex(of: page) else { return nil }
        lastPage = found
      }
    }
    let place = lastPage * pageStride + offset
    if isLastNarrow {
      // SAFETY: there are as many pages as addresses, and the four bytes are the last of this one.
      return unsafe UInt64(UInt32(littleEndian: pages.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
    }
    // SAFETY: there are as many pages as addresses, and the eight bytes lie in this one.
    return unsafe UInt64(littleEndian: pages.loadUnaligned(fromByteOffset: place, as: UInt64.self)) & wordMask
  }

  private func windowWord(at address: UInt64) -> UInt64? {
    let offset = address &- windowBase
    guard windowCount >= 8, offset <= windowCount - 8 else { return nil }
    // SAFETY: `offset + 8 <= windowCount`, which never exceeds the buffer.
    return unsafe UInt64(
      littleEndian: window.loadUnaligned(fromByteOffset: Int(truncatingIfNeeded: offset), as: UInt64.self)) & wordMask
  }

  /// Reads on from an address, farther each time, but no page that is not there already.
  private func fillWindow(for address: UInt64) -> Bool {
    let wanted = min(Self.largestWindow, Self.firstWindow << UInt64(min(readCount - 1, 8)))
    let count = Int(truncatingIfNeeded: source.bytesThere(from: address, limit: wanted))
    windowCount = 0
    guard count >= 8 else { return false }
    if unsafe window.count < count {
      unsafe window.deallocate()
      unsafe window = .allocate(byteCount: Int(wanted), alignment: 16)
    }
    windowBase = address
    // SAFETY: the buffer holds at least `count` bytes, and only this object has it.
    let got = unsafe source.read(at: address, into: UnsafeMutableRawBufferPointer(rebasing: window[..<count]))
    windowCount = UInt64(got)
    return got >= 8
  }

  /// Up to a page of live memory, for looking at code.
  func liveBytes(at address: UInt64, count: Int) -> [UInt8]? {
    source.bytes(at: address, count: UInt64(count), limit: 4_096)
  }
}
