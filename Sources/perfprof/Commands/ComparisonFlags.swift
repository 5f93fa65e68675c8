import ArgumentParser
import Glibc
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

/// The options on how a comparison is shown.
struct VerdictFlags: ParsableArguments {
  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp("File to write: .svg, .html, .json or .md; may be repeated.", valueName: "OUT"),
    completion: .file())
  var output: [String] = []

  @Option(help: "The most rows of each table; 0 for all. Default: 40, and all with --json.")
  var limit: Int?

  @Flag(help: "The verdicts as JSON.")
  var json = false

  @Flag(help: "The verdicts as Markdown for a pull request.")
  var markdown = false

  func validate() throws {
    if json, markdown { throw ValidationError("--json and --markdown: one of them at a time") }
    if let limit, limit < 0 { throw ValidationError("--limit \(limit): use 0 or more") }
    for path in output where ComparisonReport.kind(of: path) == nil {
      throw ValidationError("-o \(path): comparisons are written as .svg, .html, .json and .md")
    }
  }

  /// Writes the files, then the verdicts on standard output.
  ///
  /// - Parameters:
  ///   - page: Where the page will be, for a link to it.
  ///   - isFull: Whether what is unchanged is listed, too.
  func show(_ report: ComparisonReport, page: String? = nil, isFull: Bool = false) throws {
    for path in output { try report.write(path) }
    let wanted = limit ?? (json ? 0 : 40)
    let rows = wanted == 0 ? nil : wanted
    let (comparison, names) = (report.comparison, report.names)
    let bytes: [UInt8]
    if json {
      bytes = comparison.json(limit: rows)
    } else if markdown {
      let page = page ?? output.first { ComparisonReport.kind(of: $0) == .html }
      bytes = Array(comparison.markdown(names: names, page: page, limit: rows ?? .max).utf8)
    } else {
      let columns = Terminal.columns(of: STDOUT_FILENO)
      bytes = Array(comparison.text(names: names, limit: rows, columns: columns, isFull: isFull).utf8)
    }
    try OutputFile(path: "-").write(bytes)
  }
}

extension FunctionComparison.Measure: ExpressibleByArgument {}
