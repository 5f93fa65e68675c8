import ProfileModel
import RecordingFormat

/// Turns unwound stacks into nodes of the recording's prefix tree.
///
/// Consecutive samples mostly share the root side of their stacks, so each is compared with the one before, and only
/// frames past the first difference are looked up: first among those that were met behind the same node lately.
struct StackRecorder {
  private struct Key: Equatable {
    var module: UInt32
    var address: UInt64
    var isAsyncCaller = false
  }
  /// The frames of the stack at hand, or of the one before as long as `follows`, and their nodes.
  private var keys: [Key] = []
  private var nodes: [StackID] = []
  /// How many frames the stack at hand has so far.
  private var position = 0
  /// Whether they are those that the stack before began with.
  private var follows = true

  /// What was last found in each slot: one line of memory, where the recording's tables take several.
  private var known = [Step](repeating: Step(), count: 1 << Int(Self.knownExponent))
  private static let knownExponent: UInt64 = 13

  /// A frame behind a node, and the node that it leads to.
  private struct Step {
    var address: UInt64 = 0
    var module: UInt32 = 0
    /// The index of the node before; `StackTable.noParent` for none.
    var parent: UInt32 = 0
    /// The index of the node; `StackTable.noParent` where nothing was found yet.
    var node = StackTable.noParent
    var isAsyncCaller = false
  }

  /// Pseudo module of markers; their address is the frame's index.
  private static let marker = UInt32.max

  /// Starts the next stack.
  mutating func begin() {
    position = 0
    follows = true
  }

  /// Adds the next frame toward the leaf.
  mutating func push(module: UInt32, address: UInt64, isAsyncCaller: Bool = false, log: inout RecordingLog) {
    let key = Key(module: module, address: address, isAsyncCaller: isAsyncCaller)
    if follows, position < keys.count, keys[position] == key {
      position += 1
      return
    }
    diverge()
    let parent = nodes.last?.rawValue ?? StackTable.noParent
    let slot = Self.slot(parent, key)
    let step = known[slot]
    if step.address == address, step.parent == parent, step.module == module, step.isAsyncCaller == isAsyncCaller,
      step.node != StackTable.noParent
    {
      append(key, node: StackID(rawValue: step.node))
      return
    }
    let frame = log.frame(module: module, address: address, isAsyncCaller: isAsyncCaller)
    let node = log.stack(parent: nodes.last, frame: frame)
    append(key, node: node)
    known[slot] = Step(
      address: address, module: module, parent: parent, node: node.rawValue, isAsyncCaller: isAsyncCaller)
  }

  private static func slot(_ parent: UInt32, _ key: Key) -> Int {
    let bits = (key.address ^ UInt64(key.module) &<< 44) &+ UInt64(parent) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: (bits &* 0xD6E8_FEB8_6659_FD93) &>> (64 - knownExponent))
  }

  /// Adds a frame that stands for missing ones, or for code without a module.
  mutating func push(_ marker: FrameMarker, log: inout RecordingLog) {
    let frame = log.frame(of: marker)
    let key = Key(module: Self.marker, address: UInt64(frame))
    if follows, position < keys.count, keys[position] == key {
      position += 1
      return
    }
    diverge()
    append(key, node: log.stack(parent: nodes.last, frame: frame))
  }

  /// The stack of all frames since `begin`; nil for none.
  mutating func end() -> StackID? {
    diverge()
    return nodes.last
  }

  private mutating func diverge() {
    guard follows else { return }
    follows = false
    keys.removeSubrange(position...)
    nodes.removeSubrange(position...)
  }

  private mutating func append(_ key: Key, node: StackID) {
    nodes.append(node)
    keys.append(key)
    position += 1
  }
}
