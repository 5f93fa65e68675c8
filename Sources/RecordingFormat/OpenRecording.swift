import BinaryReading
import Glibc

/// A recording that lies on disk and is to be written on, locked against others that would.
package struct OpenRecording: ~Copyable {
  /// What is in it.
  package let bytes: [UInt8]
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
      bytes = try file.read(at: 0, count: status.size)
    } catch let error as RecordingError {
      throw error
    } catch BinaryReadingError.io(_, let number) {
      throw .io(path: path, errno: number)
    } catch {
      throw .shortened(path: path)
    }
    self.file = file
  }

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
