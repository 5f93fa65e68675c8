import PprofSchema
import ProfileModel

/// Which of a pprof sample's values is its weight, and in what unit.
struct PprofValue {
  /// What the weight counts.
  let kind: WeightKind
  /// Nanoseconds of CPU time from one sample to the next, where the file says.
  let periodNanoseconds: Int64?
  /// What a reader should know of the choice.
  let note: String?
  private let index: Int
  private let divisor: Int64

  init(
    _ message: Pprof_Profile, string: (Int64) throws(ProfileFormatError) -> String
  ) throws(ProfileFormatError) {
    var types: [(name: String, unit: String)] = []
    for type in message.sampleType { types.append((try string(type.type), try string(type.unit))) }
    let periodUnit = try string(message.periodType.unit)
    let periodIsTime = message.period > 0 && periodUnit == "nanoseconds"
    periodNanoseconds = periodIsTime ? message.period : nil
    let preferred = try string(message.defaultSampleType)
    if let samples = types.firstIndex(where: { $0.unit == "count" && ["samples", "sample", "cpu"].contains($0.name) }) {
      (index, divisor, kind, note) = (samples, 1, .cpuSamples, nil)
      return
    }
    index = types.firstIndex { !preferred.isEmpty && $0.name == preferred } ?? max(0, types.count - 1)
    let unit = types.indices.contains(index) ? types[index].unit : "count"
    let name = types.indices.contains(index) ? types[index].name : "samples"
    if unit == "bytes" {
      (divisor, kind, note) = (1, .allocatedBytes, "Weights are \(name), in bytes.")
    } else if unit == "nanoseconds", let period = periodNanoseconds {
      (divisor, kind, note) = (period, .cpuSamples, nil)
    } else {
      (divisor, kind, note) = (1, .cpuSamples, "What counts as samples here are \(name), in \(unit).")
    }
  }

  /// The weight of a sample, which has as many values as there are types.
  func weight(of sample: Pprof_Sample) -> Int64 {
    guard sample.value.indices.contains(index) else { return 0 }
    let value = sample.value[index]
    return divisor == 1 ? value : value / divisor + (value % divisor >= (divisor + 1) / 2 ? 1 : 0)
  }
}
