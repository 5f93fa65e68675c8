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
  ) -> (function: FunctionID, number: UInt32, role: CodeRole)? {
    let index = Int(names.lineFunctions[position])
    guard index < names.functions.count else { return nil }
    let role = CodeRole(names.functions[index])
    if let row = rows[index] { return (row, names.lineNumbers[position], role) }
    let row = FunctionID(index: profile.functions.count)
    profile.functions.append(Function(names.functions[index], module: module))
    rows[index] = row
    return (row, names.lineNumbers[position], role)
  }
}

/// What a frame's code is to the function that it is named after.
enum CodeRole: UInt8 {
  /// The function itself, or part of it.
  case function
  /// Leads to the function.
  case forwarder
  /// Leads to another function.
  case thunk

  init(_ function: RecordedFunction) {
    self = function.isThunk ? .thunk : function.isForwarder ? .forwarder : .function
  }
}

extension Function {
  fileprivate init(_ function: RecordedFunction, module: ModuleID) {
    self.init(
      name: function.name, fullName: function.fullName, linkageName: function.linkageName, module: module,
      file: function.file, isSymbolized: function.isSymbolized)
  }
}
