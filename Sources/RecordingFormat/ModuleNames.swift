import ProfileModel

/// The names of one module by address, on their way into a profile.
struct ModuleNames {
  private let names: RecordedNames
  private let module: ModuleID
  /// The functions' rows in the profile, as far as they were needed.
  private var rows: [FunctionID?]

  /// Names of what is `module` in the profile.
  init(_ names: RecordedNames, module: ModuleID) {
    self.names = names
    self.module = module
    rows = Array(repeating: nil, count: names.functions.count)
  }

  /// The lines at an address, innermost first, as positions for `line(at:in:)`.
  func lines(at address: UInt64) -> Range<Int> { names.lines(at: address) }

  /// A line's number and function, which `profile` has a row for afterwards; nil where it refers to no function.
  ///
  /// A recording's functions are distinct, so that none is looked for in `profile`.
  mutating func line(
    at position: Int, in profile: inout Profile
  ) -> (function: FunctionID, number: UInt32, isForwarder: Bool)? {
    let index = Int(names.lineFunctions[position])
    guard index < names.functions.count else { return nil }
    let isForwarder = names.functions[index].isForwarder
    if let row = rows[index] { return (row, names.lineNumbers[position], isForwarder) }
    let row = FunctionID(index: profile.functions.count)
    profile.functions.append(Function(names.functions[index], module: module))
    rows[index] = row
    return (row, names.lineNumbers[position], isForwarder)
  }
}

extension Function {
  fileprivate init(_ function: RecordedFunction, module: ModuleID) {
    self.init(
      name: function.name, fullName: function.fullName, linkageName: function.linkageName, module: module,
      file: function.file, isSymbolized: function.isSymbolized)
  }
}
