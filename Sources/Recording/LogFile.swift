import BinaryReading
import Dispatch
import Glibc
import Synchronization

/// Appends chunks to a file from a thread of its own, so that a slow disk never holds up sampling.
///
/// What the disk does not take stays in memory, up to `largestBacklog` bytes, and is part of `contents()`.
final class LogFile: Sendable {
  /// Bytes that may wait for the disk; chunks past that are dropped and counted.
  static let largestBacklog = 256 << 20

  private let path: String
  private let descriptor: Int32
  private let queue = DispatchQueue(label: "perfprof.recording")
  private let state = Mutex(State())

  private struct State {
    var backlog: [[UInt8]] = []
    var backlogBytes = 0
    var written: UInt64 = 0
    var failure: Int32?
    var droppedChunks = 0
  }

  /// Takes over an open, empty file.
  init(path: String, owning descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Hands bytes over to the writing thread and returns at once.
  func append(_ bytes: [UInt8]) {
    state.withLock { state in
      guard state.backlogBytes + bytes.count <= Self.largestBacklog else {
        state.droppedChunks += 1
        return
      }
      state.backlog.append(bytes)
      state.backlogBytes += bytes.count
    }
    queue.async { [self] in drain() }
  }

  /// Waits until everything is on the disk or has been refused; then a failure's errno, if there was one.
  func finish() -> Int32? {
    queue.sync {
      state.withLock { $0.failure = nil }
      drain()
    }
    return state.withLock { $0.failure }
  }

  /// Bytes on disk so far.
  var writtenBytes: UInt64 { state.withLock { $0.written } }

  /// Chunks that neither the disk nor memory could hold.
  var droppedChunks: Int { state.withLock { $0.droppedChunks } }

  /// The whole log: what is on disk and what waits.
  func contents() throws(RecordingError) -> [UInt8] {
    let (written, backlog) = state.withLock { ($0.written, $0.backlog) }
    let copy = dup(descriptor)
    guard copy >= 0 else { throw .io(path: path, errno: errno) }
    let reader = FileReader(path: path, owning: copy)
    do {
      return try reader.read(at: 0, count: written) + backlog.joined()
    } catch {
      throw .io(path: path, errno: EIO)
    }
  }

  private func drain() {
    while let bytes = state.withLock({ $0.failure == nil ? $0.backlog.first : nil }) {
      let start = off_t(clamping: writtenBytes)
      var done = 0
      while done < bytes.count {
        // SAFETY: `done` is below the array's count, and at most the rest is read.
        let count = unsafe bytes.withUnsafeBytes { buffer in
          unsafe pwrite(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, start + off_t(done))
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          let failure = count < 0 ? errno : ENOSPC
          // A chunk is written whole or not at all, so that a later try starts where this one did.
          _ = ftruncate(descriptor, start)
          state.withLock { $0.failure = failure }
          return
        }
        done += count
      }
      state.withLock { state in
        state.backlog.removeFirst()
        state.backlogBytes -= bytes.count
        state.written += UInt64(bytes.count)
      }
    }
  }
}
