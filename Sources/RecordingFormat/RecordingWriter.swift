import BinaryReading
import Glibc
import RecordingSchema
import SwiftProtobuf
import Synchronization

/// Appends chunks to a file from a thread of its own, which also compresses them, so that neither holds up sampling.
///
///     append ──► waiting to be compressed ──► backlog ──► disk
///                └────── in memory: `largestBacklog` ───┘
///
/// What the disk does not take stays in memory, and is part of `contents()`. Once that is too much, samples are left out
/// and counted. Tables never are: rows of later chunks are numbered behind them.
package final class RecordingWriter: Sendable {
  /// What a recording lacks.
  package struct Losses: Hashable, Sendable {
    /// Samples that neither the disk nor memory had room for.
    package var samples = 0
    /// Chunks that could not be made, and all that came after the first such one.
    package var chunks = 0
    /// Why the disk last took nothing, as errno has it; nil where it was only slow.
    package var refusal: Int32?
  }

  /// The file, for errors.
  package let path: String
  private let descriptor: Int32
  private let largestBacklog: Int
  private let largestChunk: Int
  private let queue = WritingQueue()
  private let state: Mutex<State>

  private struct State {
    var backlog: [[UInt8]] = []
    /// Bytes in `backlog`, and of chunks that wait to be compressed.
    var waitingBytes = 0
    var written: UInt64 = 0
    var failure: Int32?
    var losses = Losses()
    /// Of samples left out since the last that were kept: what the next one's time is counted from.
    var skippedTime: Int64 = 0
  }

  /// Takes over an open, empty file.
  ///
  /// - Parameters:
  ///   - path: The file's path, for errors.
  ///   - hasValueTypes: Whether samples are of other things than CPU time, which not every reader knows.
  ///   - largestBacklog: Bytes that may wait for the disk.
  ///   - largestChunk: Bytes of an unpacked chunk; a larger one would end the recording for its readers.
  package convenience init(
    path: String, owning descriptor: Int32, hasValueTypes: Bool = false, largestBacklog: Int = 256 << 20,
    largestChunk: Int = RecordingChunk.largestBytes
  ) {
    self.init(
      path: path, owning: descriptor, at: 0, largestBacklog: largestBacklog, largestChunk: largestChunk)
    let version = hasValueTypes ? ChunkFraming.versionWithValueTypes : ChunkFraming.version
    enqueue(waiting: 0) { ChunkFraming.fileHeader(version: version) }
  }

  /// Takes over a recording that is open for reading and writing, to write behind its first `length` bytes.
  package convenience init(path: String, owning descriptor: Int32, continuingAt length: UInt64) {
    self.init(
      path: path, owning: descriptor, at: length, largestBacklog: 256 << 20,
      largestChunk: RecordingChunk.largestBytes)
  }

  private init(path: String, owning descriptor: Int32, at length: UInt64, largestBacklog: Int, largestChunk: Int) {
    self.path = path
    self.descriptor = descriptor
    self.largestBacklog = largestBacklog
    self.largestChunk = largestChunk
    state = Mutex(State(written: length))
    // Tells `perfprof name` that the file is still growing; goes with the descriptor, however the process ends.
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
  }

  deinit {
    queue.close()
    close(descriptor)
  }

  /// Hands a chunk over to the writing thread and returns.
  package func append(_ chunk: RecordingChunk) {
    var chunk = chunk
    guard let plain = plain(&chunk) else { return }
    enqueue(waiting: plain.count) { ChunkFraming.frame(plain) }
  }

  /// Waits until everything is on the disk or has been refused; then a failure's errno, if there was one.
  package func finish() -> Int32? {
    queue.wait { [self] in
      state.withLock { $0.failure = nil }
      drain()
    }
    return state.withLock { $0.failure ?? ($0.losses.chunks > 0 ? EFBIG : nil) }
  }

  /// What could not be written so far; final after `finish()`.
  package var losses: Losses { state.withLock(\.losses) }

  /// The whole recording: what is on disk and what waits.
  package func contents() throws(RecordingError) -> [UInt8] {
    let (written, backlog) = state.withLock { ($0.written, $0.backlog) }
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw .io(path: path, errno: errno) }
    let reader = FileReader(path: path, owning: copy)
    do {
      return try reader.read(at: 0, count: written) + backlog.joined()
    } catch {
      switch error {
      case .io(_, let number): throw .io(path: path, errno: number)
      default: throw .shortened(path: path)
      }
    }
  }

  // MARK: Chunks

  /// A chunk's bytes, without its samples where they find no room; nil where it can't be written at all.
  private func plain(_ chunk: inout RecordingChunk) -> [UInt8]? {
    state.withLock { state in
      if state.skippedTime != 0, !chunk.message.samples.time.isEmpty {
        chunk.message.samples.time[0] &+= state.skippedTime
        state.skippedTime = 0
      }
      guard state.losses.chunks == 0, var plain = bytes(of: chunk) else {
        state.losses.chunks += 1
        return nil
      }
      if state.waitingBytes + plain.count > largestBacklog, chunk.message.hasSamples {
        state.losses.samples += chunk.message.samples.time.count
        state.skippedTime = chunk.message.samples.time.reduce(0, &+)
        chunk.message.clearSamples()
        guard let rest = bytes(of: chunk) else {
          state.losses.chunks += 1
          return nil
        }
        plain = rest
      }
      state.waitingBytes += plain.count
      return plain
    }
  }

  private func bytes(of chunk: RecordingChunk) -> [UInt8]? {
    guard let plain: [UInt8] = try? chunk.message.serializedBytes(), plain.count <= largestChunk else { return nil }
    return plain
  }

  /// Compresses what makes up `waiting` bytes on the writing thread, and writes it there.
  private func enqueue(waiting: Int, _ framed: @escaping @Sendable () -> [UInt8]) {
    queue.add { [self] in
      let bytes = framed()
      state.withLock { state in
        state.backlog.append(bytes)
        state.waitingBytes += bytes.count - waiting
      }
      drain()
    }
  }

  // MARK: The disk

  private func drain() {
    while let bytes = state.withLock({ $0.failure == nil ? $0.backlog.first : nil }) {
      let start = off_t(clamping: state.withLock(\.written))
      var done = 0
      while done < bytes.count {
        // SAFETY: `done` is below the array's count, and at most the rest is read.
        let count = unsafe bytes.withUnsafeBytes { buffer in
          unsafe pwrite(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, start + off_t(done))
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          // Nothing at all is written only where a device has no more room.
          let failure = count < 0 ? errno : ENOSPC
          // A chunk is written whole or not at all, so that a later try starts where this one did.
          _ = ftruncate(descriptor, start)
          state.withLock { state in
            state.failure = failure
            state.losses.refusal = failure
          }
          return
        }
        done += count
      }
      state.withLock { state in
        state.backlog.removeFirst()
        state.waitingBytes -= bytes.count
        state.written += UInt64(bytes.count)
      }
    }
  }
}
