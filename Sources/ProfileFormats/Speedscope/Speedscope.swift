import ProfileModel
import TextWriting

/// The file format of <https://www.speedscope.app>.
///
/// Each thread that was sampled is a profile of its own with its samples in order of time, so that the time-order view
/// shows what happened when; the one that opens is the heaviest. A run of equal stacks is one entry. A function is one
/// frame, whatever lines it was seen at, because the viewer adds up by frame; its line is the one seen most often. Where
/// the source file isn't known the module stands in its place.
public enum Speedscope {
  /// What the weights of samples are.
  public enum Weights: Hashable, Sendable {
    /// Numbers of samples, without a unit.
    case samples
    /// Nanoseconds of CPU time: samples divided by the frequency. Where it isn't known, numbers of samples.
    case time
  }

  /// What to write.
  public struct Options: Hashable, Sendable {
    /// The unit of weights.
    public var weights: Weights
    /// Whether each line of a function is a frame of its own.
    public var lines: Bool
    /// Whether the profile's other value types follow the selected one, each thread a profile for each.
    public var writesAllValues: Bool
    /// The version of this program, for the file's `exporter`.
    public var version: String?

    /// Numbers of samples by function.
    public init(
      weights: Weights = .samples, lines: Bool = false, writesAllValues: Bool = false, version: String? = nil
    ) {
      self.writesAllValues = writesAllValues
      self.weights = weights
      self.lines = lines
      self.version = version
    }
  }

  /// The schema that every file must name, exactly.
  static let schema = "https://www.speedscope.app/file-format-schema.json"

  /// The file as bytes.
  public static func bytes(of selected: SelectedProfile, _ options: Options = Options()) -> [UInt8] {
    var result: [UInt8] = []
    write(selected, options) { result.append(contentsOf: $0) }
    return result
  }

  /// Writes the file in pieces of about a megabyte.
  ///
  /// - Complexity: O(samples · depth)
  public static func write<E: Error>(
    _ selected: SelectedProfile, _ options: Options = Options(), to output: ([UInt8]) throws(E) -> Void
  ) throws(E) {
    let frames = SpeedscopeFrames(selected, byLine: options.lines)
    let profile = selected.profile
    let others = profile.valueTypes.indices.map { ValueTypeID(index: $0) }.filter { $0 != selected.selection.value }
    let views = [selected] + (options.writesAllValues ? others.map { selected.with($0) } : [])
    var threads: [(samples: ThreadSamples, unit: String, factor: Double)] = []
    var active = 0
    for (index, view) in views.enumerated() {
      let (unit, factor) = unit(of: view.value, options)
      var samples = ThreadSamples.all(in: view)
      if index == 0 { active = ThreadSamples.heaviest(of: samples) }
      if views.count > 1 {
        for thread in samples.indices { samples[thread].name += " · \(view.value.name)" }
      }
      threads += samples.map { ($0, unit, factor) }
    }
    var json = JSONWriter()
    try json.object { json throws(E) in
      json.member("$schema", schema)
      json.member("exporter", options.version.map { "perfprof@\($0)" } ?? "perfprof")
      json.member("name", profile.title)
      json.member("activeProfileIndex", threads.isEmpty ? 0 : active)
      json.key("shared")
      json.object {
        $0.key("frames"); frames.write(to: &$0)
      }
      json.key("profiles")
      try json.array { json throws(E) in
        // A viewer opens the first profile; there must be one.
        if threads.isEmpty {
          let (unit, factor) = unit(of: selected.value, options)
          try write(ThreadSamples(name: profile.title), of: profile, frames, unit, factor, to: &json, output)
        }
        for (thread, unit, factor) in threads {
          try write(thread, of: profile, frames, unit, factor, to: &json, output)
        }
      }
    }
    json.endLine()
    try output(json.take())
  }

  private static func write<E: Error>(
    _ thread: ThreadSamples, of profile: Profile, _ frames: SpeedscopeFrames, _ unit: String, _ factor: Double,
    to json: inout JSONWriter, _ output: ([UInt8]) throws(E) -> Void
  ) throws(E) {
    try json.object { json throws(E) in
      json.member("type", "sampled")
      json.member("name", thread.name)
      json.member("unit", unit)
      json.member("startValue", 0)
      json.member("endValue", Double(thread.total) * factor)
      json.key("samples")
      try json.array { json throws(E) in
        var path: [UInt32] = []
        for run in thread.runs {
          frames.path(to: run.stack, in: profile.stacks, into: &path)
          json.array { json in
            for frame in path.reversed() { json.value(frame) }
          }
          if json.bytes.count >= 1 << 20 { try output(json.take()) }
        }
      }
      json.key("weights")
      json.array { json in
        for run in thread.runs { json.value(Double(run.weight) * factor) }
      }
    }
  }

  /// The name that the schema has for a unit, and what one of it is.
  private static func unit(of value: ValueType, _ options: Options) -> (name: String, factor: Double) {
    switch value.unit {
    case .nanoseconds: return ("nanoseconds", 1)
    case .bytes: return ("bytes", 1)
    case .other(let name) where ["microseconds", "milliseconds", "seconds"].contains(name): return (name, 1)
    case .count, .other:
      guard options.weights == .time, let time = value.cpuNanoseconds(of: 1), time > 0 else { return ("none", 1) }
      return ("nanoseconds", time)
    }
  }
}

extension ProfileMetadata {
  /// Nanoseconds of CPU time that one sample stands for; 0 where unknown.
  var samplePeriodNanoseconds: Double {
    let frequency = requestedFrequency > 0 ? requestedFrequency : actualFrequency
    return frequency > 0 ? (1e9 / frequency).rounded() : 0
  }
}

extension Profile {
  /// What to call the profile: its command, or the names of its processes.
  var title: String {
    if !metadata.command.isEmpty { return metadata.command.joined(separator: " ") }
    var names: [String] = []
    for process in processes where !process.name.isEmpty && !names.contains(process.name) {
      guard names.count < 3 else { return names.joined(separator: ", ") + "…" }
      names.append(process.name)
    }
    return names.isEmpty ? "perfprof" : names.joined(separator: ", ")
  }
}
