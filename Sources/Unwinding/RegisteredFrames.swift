import UnwindTables

/// The unwind information of code that a process has told other programs of, decoded as it is asked for.
package final class RegisteredFrames {
  private var table: UnwindTable

  /// The unwind information of one object, whose addresses are actual ones.
  package init(_ table: UnwindTable) { self.table = table }

  /// The rule for a lookup address; nil where there is none that can be applied.
  func rule(at address: UInt64) -> UnwindRule? {
    let rule = table.rule(at: address)
    return rule.isApplicable ? rule : nil
  }
}
