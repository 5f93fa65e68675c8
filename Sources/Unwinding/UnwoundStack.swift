import ProfileModel

/// The code addresses of one stack, leaf first; its memory is used again for the next sample.
///
/// A stack deeper than `maxDepth` keeps its leaf side and its root side; the frames between them are counted:
///
///     frames    0 … leafSide-1 │ leafSide … maxDepth-1
///               leaf           │ elided.count frames left out here           root
package struct UnwoundStack: Sendable {
  /// One frame.
  package struct Frame: Hashable, Sendable, BitwiseCopyable {
    /// Where the processor is or will return to, in the process.
    package var address: UInt64
    /// The address to look up symbols by, as the module's file states it; for code without a module, the actual one.
    package var statedLookupAddress: UInt64
    /// The module's index, or `noModule`, or `unmapped`.
    package var module: UInt32
    /// Whether `address` points behind a call.
    package var isReturnAddress: Bool

    /// The index that stands for code which no image backs.
    package static let noModule = UInt32.max
    /// The index that stands for an address where nothing is mapped.
    package static let unmapped = UInt32.max - 1
  }

  /// Frames that were left out, before the frame at `position`.
  package struct Elision: Hashable, Sendable {
    /// Index in `frames` of the first frame on the root side.
    package var position: Int
    /// How many frames are missing there.
    package var count: Int
  }

  /// The most frames kept.
  package let maxDepth: Int
  /// Leaf first.
  package private(set) var frames: [Frame] = []
  /// What was left out in the middle; nil for nothing.
  package private(set) var elided: Elision?
  /// Who awaited the async function at the bottom of the stack.
  package internal(set) var callers = AsyncCallers()
  /// All frames walked, kept or not.
  package private(set) var depth = 0

  /// The index in `frames` of the first frame that runs the task of the async function; nil where there is none.
  package var executorPosition: Int? {
    guard callers.areWanted else { return nil }
    guard let elided, callers.position > elided.position else { return callers.position }
    return max(elided.position, callers.position - elided.count)
  }

  private var leafSide: Int { maxDepth / 2 }

  /// An empty stack that keeps up to `maxDepth` frames, at least 2.
  package init(maxDepth: Int = 2_048) {
    self.maxDepth = max(2, maxDepth)
    frames.reserveCapacity(self.maxDepth)
  }

  /// Empties it; capacity stays.
  mutating func removeAll() {
    frames.removeAll(keepingCapacity: true)
    elided = nil
    depth = 0
    callers.removeAll()
  }

  /// Adds the next frame towards the root; past `maxDepth` it takes the place of the oldest one on the root side.
  @inline(__always)
  mutating func append(_ frame: Frame) {
    if depth < maxDepth {
      frames.append(frame)
    } else {
      frames[leafSide + (depth - leafSide) % (maxDepth - leafSide)] = frame
    }
    depth += 1
  }

  /// Says of the frame that was added last that its address is where the code begins, and not behind a call: of one that
  /// nothing has called, such as a signal's trampoline.
  mutating func markLastAsInstructionPointer() {
    let last = depth <= maxDepth ? depth - 1 : leafSide + (depth - 1 - leafSide) % (maxDepth - leafSide)
    guard frames.indices.contains(last), frames[last].isReturnAddress else { return }
    frames[last].isReturnAddress = false
    frames[last].statedLookupAddress &+= 1
  }

  /// Brings the root side, which `append` used as a ring, into order.
  mutating func finish() {
    guard depth > maxDepth else { return }
    elided = Elision(position: leafSide, count: depth - maxDepth)
    let ring = maxDepth - leafSide
    let oldest = leafSide + (depth - leafSide) % ring
    frames[leafSide..<oldest].reverse()
    frames[oldest...].reverse()
    frames[leafSide...].reverse()
  }
}

extension UnwoundStack.Frame {
  /// A frame at a place in code; `bias` is that of its module, 0 where it has none.
  @inline(__always)
  init(_ place: CodeAddress, module: UInt32, bias: UInt64) {
    (address, isReturnAddress) = (place.address, place.isReturnAddress)
    statedLookupAddress = place.lookupAddress &- bias
    self.module = module
  }
}
