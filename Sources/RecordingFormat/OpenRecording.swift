import BinaryReading
import Glibc

/// A recording that lies on disk and is to be written on, locked against others that would.
package struct OpenRecording: ~Copyable {
  /// Bytes in it.
  package let size: Int
  private let file: FileReader

  /// Opens and reads a recording that nobody is writing.
  package init(path: String) throws(RecordingError) {
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .io(path: path, errno: errno) }
    let file = FileReader(path: path, owning: descriptor)
    // File systems without locks have none to be refused.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { throw .stillWritten(path: path) }
    do {
      let status = try file.status()
      guard status.isRegularFile else { throw RecordingError.notARecording(path: path) }
      size = Int(clamping: status.size)
    } catch let error as RecordingError {
      throw error
    } catch BinaryReadingError.io(_, let number) {
      throw .io(path: path, errno: number)
    } catch {
      throw .shortened(path: path)
    }
    self.file = file
  }

  /// What it lacks because it was cut before its names were written.
  package func unnamed() throws(RecordingError) -> UnnamedRecording {
    var stream = RecordingStream(path: file.path)
    var offset: UInt64 = 0
    while offset < UInt64(size) {
      let count = min(Self.pieceBytes, UInt64(size) - offset)
      let piece: [UInt8]
      do {
        piece = try file.read(at: offset, count: count)
      } catch BinaryReadingError.io(_, let number) {
        throw .io(path: file.path, errno: number)
      } catch {
        throw .shortened(path: file.path)
      }
      guard try stream.consume(piece.rawSpan) else { break }
      offset += count
    }
    return try stream.unnamed()
  }

  private static let pieceBytes: UInt64 = 1 << 20

  /// Writes behind the first `length` bytes, in place of what stands there.
  package func writer(at length: UInt64) throws(RecordingError) -> RecordingWriter {
    let path = file.path
    // The copy has the same lock.
    let copy = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw .io(path: path, errno: errno) }
    guard ftruncate(copy, off_t(clamping: length)) == 0 else {
      let failure = errno
      close(copy)
      throw .io(path: path, errno: failure)
    }
    return RecordingWriter(path: path, owning: copy, continuingAt: length)
  }
}
