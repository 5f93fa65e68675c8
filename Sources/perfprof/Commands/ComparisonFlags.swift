import ArgumentParser
import ProfileComparison

/// The options of everything that compares.
struct ComparisonFlags: ParsableArguments {
  @Option(help: "The change, of everything, that does not matter: 1%, 0.2%.")
  var tolerance = "1%"

  @Option(help: "Which share decides the order: self or total.")
  var sort = FunctionComparison.Measure.`self`

  @Option(
    name: .customLong("fail-if"),
    help: ArgumentHelp(
      """
      End with status 1 if so much changed beyond chance, as a share of everything: 'total:slower>5%', \
      'self(parse):slower>2%', 'module(libcrypto):slower>1%'; may be repeated. The older 'self>1' takes any growth \
      beyond chance, in points.
      """))
  var failIf: [String] = []

  @Flag(help: "--fail-if fails, too, where a change that large can't be ruled out.")
  var strict = false

  /// `tolerance` as a share.
  var share: Double? {
    var text = Substring(tolerance)
    guard text.last == "%" || Double(text) != nil else { return nil }
    if text.last == "%" { text.removeLast() }
    guard let number = Double(text), number > 0, number < 100 else { return nil }
    return number / 100
  }

  func validate() throws {
    guard share != nil else { throw ValidationError("--tolerance \(tolerance): use a share of everything, such as 1%") }
    for text in failIf where ChangeGate(text) == nil {
      throw ValidationError(
        "--fail-if \(text): use 'total:slower>5%', 'self(FUNCTION):slower>2%' or 'module(NAME):slower>2%'")
    }
  }

  /// What is asked for, by what amounts are divided by.
  func options(_ basis: ComparisonBasis) -> FunctionComparison.Options {
    FunctionComparison.Options(measure: sort, tolerance: share ?? 0.01, basis: basis)
  }

  /// Throws with the rows that a gate fails on.
  func hold(_ comparison: FunctionComparison) throws(Failure) {
    var sentences: [String] = []
    for text in failIf {
      guard let gate = ChangeGate(text) else { continue }
      switch gate.outcome(for: comparison) {
      case .passed: continue
      case .failed(let findings): sentences.append("--fail-if \(text): " + Self.list(findings, comparison))
      case .open(let findings):
        let list = Self.list(findings, comparison)
        if strict {
          sentences.append("--fail-if \(text): can't be ruled out: \(list)")
        } else {
          printError("perfprof: --fail-if \(text): passed, but can't be ruled out: \(list)")
        }
      case .noSuchThing(let thing):
        throw Failure(.noInput, "--fail-if \(text): neither side has \(thing): nothing was checked")
      case .needsWork:
        throw Failure(
          .usage,
          "--fail-if \(text): shares add up to all: say what to compare everything by with --work or --per second")
      }
    }
    guard !sentences.isEmpty else { return }
    throw Failure(.gateFailed, sentences.joined(separator: "; "))
  }

  private static func list(_ findings: [ChangeGate.Finding], _ comparison: FunctionComparison) -> String {
    let names = findings.prefix(5).map { comparison.text(of: $0) }
    return names.joined(separator: ", ") + (findings.count > 5 ? " and \(findings.count - 5) more" : "")
  }
}

extension FunctionComparison.Measure: ExpressibleByArgument {}
