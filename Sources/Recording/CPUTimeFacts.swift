import Processes
import ProfileModel
import Sampling

/// What is known, at the end, of the CPU time that the targets used and of that which their samples stand for; says what
/// became of the difference.
struct CPUTimeFacts {
  /// What the kernel accounted; nil where it isn't known well.
  var used: CPUTime?
  /// What the samples stand for; nil where their periods don't tell.
  var sampledSeconds: Double?
  var samples: UInt64
  var lost: UInt64
  /// Samples a second of CPU time.
  var frequency: Double
  /// Whether each CPU's clock is sampled, and not each thread's.
  var samplesCPUs: Bool
  var excludesKernel: Bool
  /// Wall time.
  var seconds: Double
  /// Programs that the kernel allows no sampling of.
  var unwatched: [String]
  /// Targets that stand still at the end: stopped ones.
  var stopped: [Int32]

  /// Sentences for the recording.
  var notes: [String] {
    var notes: [String] = []
    if !unwatched.isEmpty {
      let names = unwatched.joined(separator: ", ")
      notes.append(
        "\(names): may only be sampled by root, being setuid or unreadable to this user; it ran, and its samples are "
          + "missing: run perfprof as root to see it")
    }
    if let note = samples == 0 ? nothing : difference { notes.append(note) }
    return notes
  }

  // MARK: No samples

  private var nothing: String? {
    guard let used else { return nil }
    let time = Self.text(used.seconds)
    if !stopped.isEmpty {
      let list = stopped.map(String.init).joined(separator: " ")
      return "no sample: process \(list) is stopped, and used \(time) of CPU time: continue it with kill -CONT \(list)"
    }
    if let kernel = used.kernelSeconds, excludesKernel, used.seconds > 2 / frequency, kernel > 0.9 * used.seconds {
      return "no sample: used \(time) of CPU time, \(Self.text(kernel)) of it in the kernel, which is not sampled: run "
        + "perfprof as root, or set kernel.perf_event_paranoid to 1"
    }
    guard unwatched.isEmpty else { return "no sample: \(time) of CPU time were used" }
    if used.seconds < 0.000_5, seconds >= 0.1 {
      return "no sample: the target slept all the time: used \(time) of CPU time in \(Self.text(seconds)); record for "
        + "longer, or see where it waits with --sampler ptrace --idle"
    }
    if used.seconds < 2 / frequency {
      return "no sample: used \(time) of CPU time, too little for one each \(Self.text(1 / frequency)): try "
        + "-F \(Self.frequency(for: used.seconds))"
    }
    return difference ?? "no sample: used \(time) of CPU time"
  }

  // MARK: Samples of less than was used

  private var difference: String? {
    guard let used, let sampled = sampledSeconds, frequency > 0 else { return nil }
    let gap = used.seconds - sampled
    // A clock that strikes now and then misses a little by chance: three deviations are none.
    let chance = 3 * Double(samples + 1).squareRoot() / frequency
    guard abs(gap) > max(0.05 * used.seconds, chance) else { return nil }
    let share = used.seconds > 0 ? Int((100 * sampled / used.seconds).rounded()) : 0
    let facts =
      "used \(Self.text(used.seconds)) of CPU time, of which the samples show \(Self.text(sampled)) (\(share) %)"
    guard gap > 0 else { return facts }
    return facts + (cause(of: gap, used: used).map { ": \($0)" } ?? "")
  }

  /// Why so much is missing, where it's known.
  private func cause(of gap: Double, used: CPUTime) -> String? {
    let tolerance = 0.05 * used.seconds
    if lost > 0, gap - Double(lost) / frequency < tolerance { return "the rest is in the samples that were lost" }
    if excludesKernel, let kernel = used.kernelSeconds, gap - kernel < tolerance {
      return "\(Self.text(kernel)) were spent in the kernel, which is not sampled (run perfprof as root, or set "
        + "kernel.perf_event_paranoid to 1)"
    }
    if !unwatched.isEmpty { return "the programs that may not be sampled used the rest, or part of it" }
    guard !samplesCPUs else { return nil }
    return "each thread's clock begins with a whole period of \(Self.text(1 / frequency)), so that short threads and "
      + "processes are seen too seldom or never; run perfprof as root, or set kernel.perf_event_paranoid to 0, so that "
      + "CPUs are sampled instead, or raise -F"
  }

  // MARK: Numbers

  /// A rate that gives some hundred samples.
  private static func frequency(for seconds: Double) -> Int {
    for rate in [999, 1999, 4999, 9999, 19_999, 49_999] where Double(rate) * seconds >= 100 { return rate }
    return 99_999
  }

  /// Three digits that count.
  private static func text(_ seconds: Double) -> String {
    func rounded(_ value: Double, _ digits: Int) -> String {
      let scale = [1.0, 10, 100][digits]
      let number = Int((value * scale).rounded())
      guard digits > 0 else { return String(number) }
      let fraction = String(number % Int(scale))
      return "\(number / Int(scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }
    guard seconds.isFinite, seconds < 1e9 else { return "\(seconds) s" }
    if seconds == 0 { return "0 s" }
    if seconds < 0.001 { return "\(rounded(seconds * 1e6, 0)) µs" }
    if seconds < 0.1 { return "\(rounded(seconds * 1e3, 1)) ms" }
    return "\(rounded(seconds, 2)) s"
  }
}
