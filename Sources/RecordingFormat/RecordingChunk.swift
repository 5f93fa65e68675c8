import RecordingSchema
import SwiftProtobuf

/// A part of a recording that is written whole or not at all.
package struct RecordingChunk: Sendable {
  /// No chunk is larger when unpacked: writers refuse to write one, and to readers a larger claim is damage.
  package static let largestBytes = 256 << 20
  /// What an unpacked chunk should not exceed, far below what readers accept.
  package static let usualBytes = 64 << 20

  var message: Recording_Chunk

  init(_ message: Recording_Chunk) { self.message = message }

  /// What a recording begins with.
  package init(_ header: RecordingHeader) {
    message = .with {
      $0.header = header.message
      $0.valueTypes = header.valueTypes.map(\.recorded)
    }
  }

  /// What a recording that is closed properly ends with.
  package init(_ trailer: RecordingTrailer) {
    message = .with { $0.trailer = trailer.message }
  }

  /// The names of a module, in as many chunks as they take.
  ///
  /// - Parameter limit: Bytes that an unpacked chunk should not exceed.
  package static func chunks(
    of names: RecordedNames, limit: Int = usualBytes
  ) -> [RecordingChunk] {
    var messages = names.messages(limit: limit).map { part in Recording_Chunk.with { $0.symbols = [part] } }
    if messages.isEmpty { messages = [Recording_Chunk()] }
    messages[messages.count - 1].moduleUpdates = [names.update]
    return messages.map(RecordingChunk.init)
  }
}
