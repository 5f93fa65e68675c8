import ArgumentParser

/// The option on how long to sample.
struct DurationFlag: ParsableArguments {
  @Option(
    name: [.customShort("d"), .customLong("duration")],
    help: ArgumentHelp("Stop after that time: seconds, or 500ms, 10s, 2m, 1h.", valueName: "TIME"))
  var duration: TimeLimit?

  /// Seconds.
  var seconds: Double? { duration?.seconds }

  func validate() throws {
    guard let seconds, !(seconds > 0 && seconds < 1e9) else { return }
    throw ValidationError("-d \(seconds): use a time above 0, such as 10, 500ms or 2m")
  }
}
