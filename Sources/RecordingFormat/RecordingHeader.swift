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
  /// Sentences on what limits trust.
  package var notes: [String] = []
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
      $0.notes = notes
      $0.version = version
    }
  }
}
