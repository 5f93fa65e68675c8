import ProfileModel
import RecordingSchema

/// The names of one module by address.
struct ModuleNames {
  private let functions: [Recording_Function]
  private let module: ModuleID
  /// The functions' rows in the profile, as far as they were needed.
  private var rows: [FunctionID?]
  /// Ascending.
  private var addresses: [UInt64] = []
  /// For each address where its lines begin, and where those of the last end.
  private var starts: [UInt32] = [0]
  private var lineFunctions: [UInt32] = []
  private var lineNumbers: [UInt32] = []

  /// The names in a recording; what refers to nothing is left out.
  init(_ symbols: Recording_Symbols, module: ModuleID) {
    self.module = module
    functions = symbols.functions
    rows = Array(repeating: nil, count: functions.count)
    let places = symbols.hasPlaces ? symbols.places : Recording_Places(symbols.locations)
    guard places.lines.count == places.address.count, places.line.count == places.function.count else { return }
    var (address, start): (UInt64, UInt64) = (0, 0)
    addresses.reserveCapacity(places.address.count)
    starts.reserveCapacity(places.address.count + 1)
    for (difference, count) in zip(places.address, places.lines) {
      start += UInt64(count)
      guard start <= UInt64(places.function.count) else { break }
      address &+= difference
      addresses.append(address)
      starts.append(UInt32(truncatingIfNeeded: start))
    }
    (lineFunctions, lineNumbers) = (places.function, places.line)
  }

  /// The lines at an address, innermost first, as positions for `line(at:in:)`.
  func lines(at address: UInt64) -> Range<Int> {
    var (low, high) = (0, addresses.count)
    while low < high {
      let middle = (low + high) / 2
      if addresses[middle] < address { low = middle + 1 } else { high = middle }
    }
    guard low < addresses.count, addresses[low] == address else { return 0..<0 }
    return Int(starts[low])..<Int(starts[low + 1])
  }

  /// A line's number and function, which `profile` has a row for afterwards; nil where it refers to no function.
  ///
  /// A recording's functions are distinct, so that none is looked for in `profile`.
  mutating func line(
    at position: Int, in profile: inout Profile
  ) -> (function: FunctionID, number: UInt32, isForwarder: Bool)? {
    let index = Int(lineFunctions[position])
    guard index < functions.count else { return nil }
    let isForwarder = functions[index].forwarder
    if let row = rows[index] { return (row, lineNumbers[position], isForwarder) }
    let row = FunctionID(index: profile.functions.count)
    profile.functions.append(Function(functions[index], module: module))
    rows[index] = row
    return (row, lineNumbers[position], isForwarder)
  }
}

extension Function {
  fileprivate init(_ function: Recording_Function, module: ModuleID) {
    self.init(
      name: function.name, fullName: function.fullName.isEmpty ? nil : function.fullName,
      linkageName: function.linkageName.isEmpty ? nil : function.linkageName, module: module,
      file: function.file.isEmpty ? nil : function.file, isSymbolized: !function.unsymbolized)
  }
}

extension Recording_Places {
  /// The columns of what recordings of perfprof 0.1 hold row by row.
  fileprivate init(_ locations: [Recording_Location]) {
    self.init()
    var previous: UInt64 = 0
    for location in locations.sorted(by: { $0.address < $1.address }) {
      address.append(location.address &- previous)
      previous = location.address
      lines.append(UInt32(truncatingIfNeeded: location.lines.count))
      function += location.lines.map(\.function)
      line += location.lines.map(\.line)
    }
  }
}
