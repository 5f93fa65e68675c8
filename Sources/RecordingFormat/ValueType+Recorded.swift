import ProfileModel
import RecordingSchema
import SwiftProtobuf

extension ValueType {
  /// As it stands in a recording.
  var recorded: Recording_ValueType {
    .with {
      $0.name = name
      $0.unit = unit.description
      $0.period = UInt64(clamping: period ?? 0)
      $0.isCount = isCount
    }
  }

  /// As it was written there.
  init(_ recorded: Recording_ValueType) {
    let period = Int64(exactly: recorded.period)
    self.init(
      name: recorded.name, unit: Unit(recorded.unit), period: period == 0 ? nil : period, isCount: recorded.isCount)
  }
}
