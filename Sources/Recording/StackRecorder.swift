import ProfileModel
import RecordingFormat

/// Turns unwound stacks into nodes of the recording's prefix tree.
///
/// Consecutive samples mostly share the root side of their stacks, so each is compared with the one before, and only
/// frames past the first difference are looked up.
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
    let frame = log.frame(module: module, address: address, isAsyncCaller: isAsyncCaller)
    append(key, frame: frame, log: &log)
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
    append(key, frame: frame, log: &log)
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

  private mutating func append(_ key: Key, frame: UInt32, log: inout RecordingLog) {
    nodes.append(log.stack(parent: nodes.last, frame: frame))
    keys.append(key)
    position += 1
  }
}
