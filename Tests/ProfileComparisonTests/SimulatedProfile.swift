import ProfileModel

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension Profile {
  /// A profile of `seconds` at `frequency`; for each sample `stack` gives the frames, root first, at that time.
  static func simulated(
    frequency: Double = 1000, seconds: Double = 4, seed: UInt64, hasTimes: Bool = true,
    stack: (_ time: Double, inout SeededGenerator) -> [String]
  ) -> Profile {
    var random = SeededGenerator(seed: seed)
    var builder = ProfileBuilder()
    let process = builder.add(ProcessRecord(pid: 1, name: "app"))
    let thread = builder.add(ThreadRecord(process: process, tid: 1, name: "app"))
    for index in 0..<Int(frequency * seconds) {
      let time = Double(index) / frequency
      let frames = stack(time, &random).map { name in
        builder.intern(
          Frame(
            function: builder.intern(Function(name: name)),
            kind: name.hasPrefix("[truncated: ") ? .truncated : .user))
      }
      let id = builder.intern(stack: frames)
      builder.profile.samples.append(Sample(time: hasTimes ? UInt64(time * 1e9) : 0, thread: thread, stack: id))
    }
    builder.profile.metadata.requestedFrequency = frequency
    builder.profile.metadata.durationSeconds = seconds
    builder.profile.metadata.isRecorded = true
    return builder.profile
  }
}

extension SeededGenerator {
  /// One of the names, each as often as its weight says.
  mutating func pick(_ weights: KeyValuePairs<String, Double>) -> String {
    var rest = Double.random(in: 0..<weights.reduce(0) { $0 + $1.value }, using: &self)
    for (name, weight) in weights {
      if rest < weight { return name }
      rest -= weight
    }
    return ""
  }
}
