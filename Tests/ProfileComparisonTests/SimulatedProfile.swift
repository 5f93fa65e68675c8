import Glibc
import ProfileModel

@testable import ProfileComparison

extension Profile {
  /// A profile of `seconds` at `frequency`; for each sample `stack` gives the frames, root first, at that time.
  static func simulated(
    frequency: Double = 1000, seconds: Double = 4, seed: UInt64, hasTimes: Bool = true,
    stack: (_ time: Double, inout SeededNumbers) -> [String]
  ) -> Profile {
    var random = SeededNumbers(seed: seed)
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

extension SeededNumbers {
  /// One of the names, each as often as its weight says.
  mutating func pick(_ weights: KeyValuePairs<String, Double>) -> String {
    pick(weights.map { ($0.key, $0.value) })
  }

  /// One of the names, each as often as its weight says.
  mutating func pick(_ weights: [(String, Double)]) -> String {
    var rest = Double.random(in: 0..<weights.reduce(0) { $0 + $1.1 }, using: &self)
    for (name, weight) in weights {
      if rest < weight { return name }
      rest -= weight
    }
    return ""
  }

  /// A time until something that may happen at any moment.
  mutating func exponential(_ mean: Double) -> Double { -log(1 - Double.random(in: 0..<1, using: &self)) * mean }

  /// A normal score (Box and Muller 1958).
  mutating func normal() -> Double {
    let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &self))).squareRoot()
    return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
  }
}
