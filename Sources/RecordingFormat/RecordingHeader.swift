import ProfileModel
import RecordingSchema
import SwiftProtobuf

/// What is known of a recording when it begins.
package struct RecordingHeader: Sendable {
  /// The recorded command and its arguments.
  package var command: [String] = []
  /// Nanoseconds since 1970.
  package var startTime: UInt64 = 0
  /// `perf:cycles`, `perf:cpu-clock`, `ptrace`.
  package var sampler = ""
  /// Samples a second and CPU.
  package var requestedFrequency: Double = 0
  /// `x86_64`, `aarch64`.
  package var architecture = ""
  /// What limits trust.
  package var notes: [ProfileNote] = []
  /// Of the program that records.
  package var version = ""
  /// What samples carry amounts of, in the order of their indexes; empty for CPU time.
  package var valueTypes: [ValueType] = []

  /// A header that says nothing.
  package init() {}

  var message: Recording_Header {
    .with {
      $0.command = command
      $0.startUnixNanoseconds = startTime
      $0.sampler = sampler
      $0.requestedFrequency = requestedFrequency
      $0.architecture = architecture
      $0.facts = notes.map(\.message)
      $0.version = version
    }
  }

  /// As it was written; value types are beside it in its chunk.
  init(_ message: Recording_Header) {
    command = message.command
    startTime = message.startUnixNanoseconds
    sampler = message.sampler
    requestedFrequency = message.requestedFrequency
    architecture = message.architecture
    notes = message.notes.map(ProfileNote.sentence) + message.facts.map(ProfileNote.init)
    version = message.version
  }
}

extension ProfileMetadata {
  /// Takes over what is known at the beginning.
  mutating func begin(_ header: RecordingHeader) {
    command = header.command
    startTime = header.startTime
    sampler = SamplerKind(header.sampler)
    requestedFrequency = Self.amount(header.requestedFrequency)
    notes = header.notes
  }
}
