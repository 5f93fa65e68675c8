import Symbolication
import Wording

extension SymbolProblem {
  /// What users read of it.
  var description: String { reason.sentence(path: module, buildID: buildID) }
}
