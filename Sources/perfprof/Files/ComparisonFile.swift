import BinaryReading
import ProfileComparison
import ProfileModel

/// A FILE argument of a comparison: a profile, or a baseline of runs.
struct ComparisonFile {
  /// Reads `path`.
  static func read(_ path: String, _ flags: InputFlags) throws(Failure) -> ComparisonInput {
    guard path != "-", try begins(path) else { return .profile(try flags.selected(path)) }
    var source = try InputBytes(path: path)
    var bytes: [UInt8] = []
    while let piece = try source.next() {
      bytes += piece
      guard bytes.count <= 64 * SideTable.baselineBytes else {
        throw Failure(.badInput, "\(path): larger than any baseline: make it anew with perfprof convert --baseline")
      }
    }
    guard let table = SideTable(baseline: bytes) else {
      throw Failure(.badInput, "\(path): a damaged baseline: make it anew with perfprof convert --baseline")
    }
    return .baseline(table)
  }

  /// Whether a plain file is a baseline.
  private static func begins(_ path: String) throws(Failure) -> Bool {
    guard !OutputFile.isSpecial(path) else { return false }
    var source = try InputBytes(path: path)
    guard let head = try source.next() else { return false }
    return head.starts(with: SideTable.baselineMark.utf8)
  }

  /// Throws where inputs have amounts of different things.
  static func check(_ inputs: [(path: String, input: ComparisonInput)]) throws(Failure) {
    guard let first = inputs.first else { return }
    for other in inputs.dropFirst() {
      let (one, two) = (first.input.value, other.input.value)
      guard one.unit == two.unit, one.name == two.name || one.unit != .count else {
        throw Failure(
          .usage,
          "\(first.path) has \(one.name) in \(one.unit), \(other.path) \(two.name) in \(two.unit): name what to compare "
            + "with --value")
      }
    }
  }
}
