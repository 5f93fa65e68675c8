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
  /// Whether nothing was sampled for a while, since perfprof was stopped.
  var wasPaused = false
  /// Programs that the kernel allows no sampling of.
  var unwatched: [String]
  /// Targets that stand still at the end: stopped ones.
  var stopped: [Int32]

  /// What is noted of it.
  var notes: [ProfileNote] {
    (unwatched.isEmpty ? [] : [.programsNotSampled(names: unwatched)])
      + [samples == 0 ? nothing : difference].compactMap { $0 }
  }

  // MARK: No samples

  private var nothing: ProfileNote? {
    guard let used else { return nil }
    func nothing(_ cause: ProfileNote.NoSampleCause) -> ProfileNote { .noSample(usedSeconds: used.seconds, cause) }
    if !stopped.isEmpty { return nothing(.stopped(processes: stopped)) }
    if let kernel = used.kernelSeconds, excludesKernel, used.seconds > 2 / frequency, kernel > 0.9 * used.seconds {
      return nothing(.inKernel(seconds: kernel))
    }
    guard unwatched.isEmpty else { return nothing(.unknown) }
    if used.seconds < 0.000_5, seconds >= 0.1 { return nothing(.asleep(seconds: seconds)) }
    if used.seconds < 2 / frequency { return nothing(.tooShort(frequency: frequency)) }
    return difference ?? nothing(.unknown)
  }

  // MARK: Samples of less than was used

  private var difference: ProfileNote? {
    guard let used, let sampled = sampledSeconds, frequency > 0 else { return nil }
    let gap = used.seconds - sampled
    // A clock that strikes now and then misses a little by chance: three deviations are none.
    let chance = 3 * Double(samples + 1).squareRoot() / frequency
    guard abs(gap) > max(0.05 * used.seconds, chance) else { return nil }
    return .cpuTime(
      usedSeconds: used.seconds, sampledSeconds: sampled, cause: gap > 0 ? cause(of: gap, used: used) : nil)
  }

  /// Why so much is missing, where it's known.
  private func cause(of gap: Double, used: CPUTime) -> ProfileNote.CPUTimeCause? {
    let tolerance = 0.05 * used.seconds
    if lost > 0, gap - Double(lost) / frequency < tolerance { return .lost }
    if excludesKernel, let kernel = used.kernelSeconds, gap - kernel < tolerance { return .inKernel(seconds: kernel) }
    if wasPaused { return .paused }
    if !unwatched.isEmpty { return .programsNotSampled }
    return samplesCPUs ? nil : .lateClocks(frequency: frequency)
  }
}
