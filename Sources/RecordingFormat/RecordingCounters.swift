import ProfileModel
import RecordingSchema
import SwiftProtobuf

/// Totals since the recording began.
package struct RecordingCounters: Sendable {
  /// Samples that the kernel or a full ring dropped.
  package var lost: UInt64 = 0
  /// How often the kernel throttled the event.
  package var throttled: UInt64 = 0
  /// Since the start.
  package var durationSeconds: Double = 0
  /// Records that came after newer ones.
  package var lateRecords: UInt64 = 0
  /// Records left out because they contradict their own length.
  package var malformedRecords: UInt64 = 0
  /// Times that all of a ring's content was left out.
  package var ringCorruptions: UInt64 = 0
  /// CPU time that the kernel accounted to the targets; nil where it isn't known.
  package var cpuSecondsUsed: Double?
  /// CPU time that the samples stand for; nil where it isn't known.
  package var cpuSecondsSampled: Double?

  /// Zero of everything.
  package init() {}

  func message(samples: UInt64) -> Recording_Counters {
    .with {
      $0.lost = lost
      $0.throttled = throttled
      $0.samples = samples
      $0.durationSeconds = durationSeconds
      $0.lateRecords = lateRecords
      $0.malformedRecords = malformedRecords
      $0.ringCorruptions = ringCorruptions
      if let cpuSecondsUsed { $0.cpuSecondsUsed = cpuSecondsUsed }
      if let cpuSecondsSampled { $0.cpuSecondsSampled = cpuSecondsSampled }
    }
  }

  /// As they were written.
  init(_ message: Recording_Counters) {
    lost = message.lost
    throttled = message.throttled
    durationSeconds = message.durationSeconds
    lateRecords = message.lateRecords
    malformedRecords = message.malformedRecords
    ringCorruptions = message.ringCorruptions
    cpuSecondsUsed = message.hasCpuSecondsUsed ? message.cpuSecondsUsed : nil
    cpuSecondsSampled = message.hasCpuSecondsSampled ? message.cpuSecondsSampled : nil
  }
}

extension ProfileMetadata {
  /// Takes over totals, in place of earlier ones.
  mutating func count(_ counters: RecordingCounters) {
    lost = counters.lost
    throttled = counters.throttled
    durationSeconds = Self.amount(counters.durationSeconds)
    lateRecords = counters.lateRecords
    malformedRecords = counters.malformedRecords
    ringCorruptions = counters.ringCorruptions
    cpuSecondsUsed = counters.cpuSecondsUsed.flatMap(Self.seconds)
    cpuSecondsSampled = counters.cpuSecondsSampled.flatMap(Self.seconds)
  }

  /// Nil for what is no duration.
  static func seconds(_ value: Double) -> Double? { value.isFinite && value >= 0 ? min(value, mostSeconds) : nil }

  /// 0, which stands for unknown, for what is no amount.
  static func amount(_ value: Double) -> Double { seconds(value) ?? 0 }

  /// No recording lasts longer, or has a higher frequency.
  static let mostSeconds = 1e12
}
