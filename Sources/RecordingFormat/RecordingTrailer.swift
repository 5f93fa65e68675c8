import ProfileModel
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
  /// What limits trust, beside those of the header.
  package var notes: [ProfileNote] = []
  /// What targets and machine did with their time.
  package var resources: ResourceUse?

  /// A trailer that says nothing.
  package init() {}

  var message: Recording_Trailer {
    .with {
      $0.durationSeconds = durationSeconds
      $0.actualFrequency = actualFrequency
      $0.profilerCpuSeconds = profilerCPUSeconds
      $0.profilerPeakResidentBytes = profilerPeakResidentBytes
      $0.facts = notes.map(\.message)
      if let resources { $0.resources = resources.message }
    }
  }

  /// As it was written.
  init(_ message: Recording_Trailer) {
    durationSeconds = message.durationSeconds
    actualFrequency = message.actualFrequency
    profilerCPUSeconds = message.profilerCpuSeconds
    profilerPeakResidentBytes = message.profilerPeakResidentBytes
    notes = message.notes.map(ProfileNote.sentence) + message.facts.map(ProfileNote.init)
    if message.hasResources { resources = ResourceUse(message.resources) }
  }
}

extension ProfileMetadata {
  /// Takes over what is known at the end.
  mutating func end(_ trailer: RecordingTrailer) {
    durationSeconds = Self.amount(trailer.durationSeconds)
    actualFrequency = Self.amount(trailer.actualFrequency)
    profilerCPUSeconds = Self.amount(trailer.profilerCPUSeconds)
    profilerPeakResidentBytes = trailer.profilerPeakResidentBytes
    notes += trailer.notes
    resources = trailer.resources
  }
}
