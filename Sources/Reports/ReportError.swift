/// Why a report can't be made.
package enum ReportError: Error, Hashable, Sendable {
  /// No function's name is or contains this.
  case noSuchFunction(name: String)
}
