import RecordingSchema
import SwiftProtobuf

/// What is known of a recording when it ends; one that has none was cut short.
package struct RecordingTrailer: Sendable {
  /// From start to stop.
  package var durationSeconds: Double = 0
  /// Samples a second of CPU time that came.
  package var actualFrequency: Double = 0
  /// CPU time, user and system, that the profiler took.
  package var profilerCPUSeconds: Double = 0
  /// The most memory that the profiler held.
  package var profilerPeakResidentBytes: UInt64 = 0
  /// Sentences on what limits trust, beside those of the header.
  package var notes: [String] = []

  /// A trailer that says nothing.
  package init() {}

  var message: Recording_Trailer {
    .with {
      $0.durationSeconds = durationSeconds
      $0.actualFrequency = actualFrequency
      $0.profilerCpuSeconds = profilerCPUSeconds
      $0.profilerPeakResidentBytes = profilerPeakResidentBytes
      $0.notes = notes
    }
  }
}
