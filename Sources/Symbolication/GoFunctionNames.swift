import ELF
import ProfileModel
import UnwindTables

/// Names of a Go program's functions, from the table that its own tracebacks use and that `strip` leaves alone.
struct GoFunctionNames {
  private let table: GoFunctionTable

  /// Bytes of the table that are still read.
  private static let limit: UInt64 = 512 << 20

  /// The names of `image`; nil when it is no Go program, or its table is of an unknown form.
  init?(_ image: ELFImage) {
    guard let section = GoFunctionTable.sectionNames.lazy.compactMap({ image.section(named: $0) }).first,
      let bytes = try? image.contents(of: section, limit: Self.limit)
    else { return nil }
    let code = image.segments.filter { $0.type == .load && $0.isExecutable }
    guard let start = code.map(\.virtualAddress).min(),
      let end = code.map({ $0.virtualAddress &+ $0.fileSize }).max(), start < end,
      let table = GoFunctionTable(bytes, textRange: start..<end)
    else { return nil }
    self.table = table
  }

  /// The function at a stated address.
  func function(at address: UInt64) -> FunctionNames.Function? {
    guard let function = table.function(containing: address), !function.name.isEmpty else { return nil }
    return FunctionNames.Function(linkageName: function.name, start: function.range.lowerBound)
  }
}
