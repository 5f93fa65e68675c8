/// Why a report can't be made.
package enum ReportError: Error, Hashable, Sendable {
  /// No function's name is or contains this.
  case noSuchFunction(name: String)
  /// Several functions' names contain this and none is it; the heaviest come first.
  case ambiguousFunction(name: String, candidates: [String], more: Int)
}
