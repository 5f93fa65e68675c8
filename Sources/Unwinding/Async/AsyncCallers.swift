import ProfileModel

/// Who awaited the async function at the bottom of a thread's stack, as its task's contexts tell.
package struct AsyncCallers: Sendable {
  /// Where the chain ended.
  package enum End: Hashable, Sendable {
    /// At the first function of a task: where that lies, and its flags and the lower half of its number.
    case task(address: UInt64, flags: UInt64)
    /// Before, for this reason.
    case cut(AsyncGap)
  }

  /// How many frames the thread's stack has from the leaf to the async function, and with it; 0 where it runs none.
  package internal(set) var position = 0
  /// The callers, the nearest first. Their addresses are where they will go on.
  package internal(set) var frames: [UnwoundStack.Frame] = []
  /// How the chain ended.
  package internal(set) var end = End.cut(.notCopied)

  /// Whether an async function is on the stack.
  package var areWanted: Bool { position > 0 }

  mutating func removeAll() {
    position = 0
    frames.removeAll(keepingCapacity: true)
    end = .cut(.notCopied)
  }
}
