import ArgumentParser
import Glibc
import ProfileComparison
import ProfileModel
import Recording

struct AbCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ab", abstract: "Run two commands in turn, record both, and tell what changed.",
    discussion: """
      Runs go before, after, after, before, and so on, so that a machine that gets slower or faster meanwhile does not \
      favor one side. Each run is one unit of work. It ends when the answer for everything is clear, looked at after half, \
      three quarters and all of the pairs, or at Ctrl-C, which ends with what is there.
      """)

  @Option(name: .customShort("n"), help: "The most pairs of runs; at least 4.")
  var pairs = 10

  @Option(help: "The command to compare with, as a shell takes it.")
  var before: String

  @Option(help: "The command of interest.")
  var after: String

  @Option(name: [.customShort("F"), .customLong("frequency")], help: "Samples a second of CPU time of each thread.")
  var frequency: UInt32 = 499

  @Option(help: "Runs of each command that come first and are not counted.")
  var warmUp = 1

  @Option(help: "The folder to leave the recordings in: before-1.perfprof, after-1.perfprof…")
  var keep: String?

  @Option(
    name: .customLong("work-symbol"),
    help: ArgumentHelp(
      "The function whose calls are the units of work, instead of runs; see `record`.", valueName: "[FILE:]FUNCTION"))
  var workSymbol: String?

  @OptionGroup var verdicts: VerdictFlags
  @OptionGroup var comparison: ComparisonFlags
  @OptionGroup var input: InputFlags

  @Flag(help: "Don't tell of each pair on standard error.")
  var quiet = false

  mutating func validate() throws {
    guard (4...1000).contains(pairs) else {
      throw ValidationError("-n \(pairs): use 4 to 1000; fewer runs can't tell a change from chance")
    }
    guard (0...100).contains(warmUp) else { throw ValidationError("--warm-up \(warmUp): use 0 to 100") }
    if let workSymbol, WorkSymbol(workSymbol) == nil {
      throw ValidationError("--work-symbol '\(workSymbol)': name a function, or FILE:FUNCTION")
    }
    guard (1...100_000).contains(frequency) else { throw ValidationError("-F \(frequency): use 1 to 100000 Hz") }
  }

  mutating func run() throws {
    var signals = try StopSignals(given: Perfprof.given)
    var runs = try PairedRuns(keep: keep)
    for _ in 0..<warmUp {
      try runs.run(before)
      try runs.run(after)
    }
    var sides: (before: [ComparisonInput], after: [ComparisonInput]) = ([], [])
    let looks = looks
    var result: FunctionComparison?
    for pair in 1...pairs {
      for isBefore in pair % 2 == 1 ? [true, false] : [false, true] {
        let name = "\(isBefore ? "before" : "after")-\(pair)"
        let path: String
        do throws(Failure) {
          path = try runs.record(isBefore ? before : after, name: name, frequency: frequency, workSymbol: workSymbol)
        } catch {
          if signals.check() { break }
          throw error
        }
        let run = try ComparisonFile.read(path, input)
        if isBefore { sides.before.append(run) } else { sides.after.append(run) }
      }
      let isStopped = signals.check()
      guard sides.before.count == sides.after.count, !sides.before.isEmpty else { break }
      if looks.contains(pair) || isStopped {
        result = compare(sides, looks: looks.count)
        if let whole = result?.whole, whole.verdict != .cannotTell, pair < pairs { break }
      }
      if !quiet { printError("perfprof: pair \(pair) of \(pairs)") }
      if isStopped { break }
    }
    signals.restore()
    guard !sides.before.isEmpty, !sides.after.isEmpty else {
      throw Failure(.unavailable, "stopped before one pair was done: nothing to compare")
    }
    let comparison = result ?? compare(sides, looks: looks.count)
    try verdicts.show(
      ComparisonReport(comparison: comparison, before: sides.before, after: sides.after, names: (before, after)))
    try self.comparison.hold(comparison)
  }

  /// After how many pairs the answer is looked at. Looking often finds something by chance, so the 5 % are shared out.
  private var looks: [Int] {
    let early = [(pairs + 1) / 2, (3 * pairs + 3) / 4].filter { $0 >= 5 && $0 < pairs }
    return Array(Set(early + [pairs])).sorted()
  }

  private func compare(
    _ sides: (before: [ComparisonInput], after: [ComparisonInput]), looks: Int
  ) -> FunctionComparison {
    let runs = ComparisonBasis.work(before: Double(sides.before.count), after: Double(sides.after.count))
    let isCounted = (sides.before + sides.after).allSatisfy { $0.countedCalls?.count ?? 0 > 0 }
    let function = isCounted ? sides.before.first?.countedCalls?.function : nil
    var options = comparison.options(function.map { .calls(function: $0) } ?? runs)
    options.level = 0.05 / Double(looks)
    return FunctionComparison(before: sides.before, after: sides.after, options)
  }
}
