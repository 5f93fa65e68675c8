import Dispatch
import Glibc
import Synchronization

/// Does pieces of work one after the other on a thread of its own; on the caller's where there is no other to be had.
///
/// libdispatch, without a thread, waits for one for as long as it takes, and with it whoever waits for the work.
final class WritingQueue: Sendable {
  private let state = Mutex(State())
  /// Signaled for each piece, and at the end.
  private let waiting = DispatchSemaphore(value: 0)

  private struct State {
    var pieces: [@Sendable () -> Void] = []
    /// Nil until a thread was asked for.
    var hasThread: Bool?
  }

  /// Does `piece` after those before it.
  func add(_ piece: @escaping @Sendable () -> Void) {
    let hasThread = state.withLock { state in
      let hasThread = state.hasThread ?? start()
      state.hasThread = hasThread
      if hasThread { state.pieces.append(piece) }
      return hasThread
    }
    if hasThread { waiting.signal() } else { piece() }
  }

  /// Does `piece` after those before it, and waits for its end.
  func wait(_ piece: @escaping @Sendable () -> Void) {
    let done = DispatchSemaphore(value: 0)
    add {
      piece()
      done.signal()
    }
    done.wait()
  }

  /// Ends the thread behind the last piece.
  func close() { waiting.signal() }

  private func run() {
    while true {
      waiting.wait()
      let piece = state.withLock { $0.pieces.isEmpty ? nil : $0.pieces.removeFirst() }
      guard let piece else { return }
      piece()
    }
  }

  /// Starts the thread; false when the system has none left.
  private func start() -> Bool {
    var thread = pthread_t()
    // SAFETY: the queue is retained for the thread, which releases it.
    let context = unsafe Unmanaged.passRetained(self)
    let status = unsafe pthread_create(
      &thread, nil,
      { context in
        if let context = unsafe context { unsafe Unmanaged<WritingQueue>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    guard status == 0 else {
      unsafe context.release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}
