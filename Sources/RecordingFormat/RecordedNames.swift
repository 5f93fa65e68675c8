import ProfileModel
import RecordingSchema
import Searching
import SwiftProtobuf

/// A function as a recording holds it.
package struct RecordedFunction: Hashable, Sendable {
  /// Demangled, short form; or what stands in for a missing symbol.
  package var name: String
  /// Demangled with all types and arguments; nil when it's the same as `name`.
  package var fullName: String?
  /// As the linker knows it; nil when it's the same as `name`.
  package var linkageName: String?
  /// Source file, where known.
  package var file: String?
  /// False where `name` stands in for a missing symbol.
  package var isSymbolized: Bool
  /// Whether the code only leads to the function that it is named after.
  package var isForwarder: Bool
  /// Whether the code only leads to another function that it is not named after.
  package var isThunk: Bool

  /// A function; an empty text says nothing.
  package init(
    name: String, fullName: String? = nil, linkageName: String? = nil, file: String? = nil, isSymbolized: Bool = true,
    isForwarder: Bool = false, isThunk: Bool = false
  ) {
    self.name = name
    self.fullName = fullName.flatMap { $0.isEmpty ? nil : $0 }
    self.linkageName = linkageName.flatMap { $0.isEmpty ? nil : $0 }
    self.file = file.flatMap { $0.isEmpty ? nil : $0 }
    self.isSymbolized = isSymbolized
    self.isForwarder = isForwarder
    self.isThunk = isThunk
  }
}

/// What became known of one module at the end: where its names came from, and those of its recorded addresses.
///
///     addresses      a         b              ascending
///     starts         0 ──┐     1 ──┐       3  where an address's lines begin, and where those of the last end
///     lineFunctions      f         g    f     innermost inlined call first
///     lineNumbers        7        30   20
package struct RecordedNames: Sendable {
  /// The module's index.
  package let module: UInt32
  /// Where the names came from: `.symtab`, `none`…; nil where nothing was said of the module.
  package var source: String?
  /// Why names are missing; nil for nothing of note.
  package var problem: ModuleProblem?
  /// Whether they were found after recording, in files as they were by then.
  package var wereFoundLater = false

  private(set) var functions: [RecordedFunction] = []
  private(set) var addresses: [UInt64] = []
  private(set) var starts: [UInt32] = [0]
  private(set) var lineFunctions: [UInt32] = []
  private(set) var lineNumbers: [UInt32] = []

  /// No names, of a module.
  package init(module: UInt32) { self.module = module }

  /// Whether there is an address with names.
  package var isEmpty: Bool { addresses.isEmpty }

  /// Adds a function, distinct from those before; its index.
  package mutating func add(_ function: RecordedFunction) -> UInt32 {
    functions.append(function)
    return UInt32(truncatingIfNeeded: functions.count - 1)
  }

  /// Adds a line to the address that is added next, behind those of calls inlined into it; 0 for an unknown number.
  package mutating func addLine(function: UInt32, number: UInt32) {
    lineFunctions.append(function)
    lineNumbers.append(number)
  }

  /// Adds an address, above those before, with the lines added since the last one.
  package mutating func add(address: UInt64) {
    addresses.append(address)
    starts.append(UInt32(truncatingIfNeeded: lineFunctions.count))
  }

  /// Puts a further part of the same module behind; one that does not come behind takes the place of all before it.
  mutating func append(_ part: RecordedNames) {
    guard let last = addresses.last, let first = part.addresses.first, first > last else {
      (functions, addresses, starts) = (part.functions, part.addresses, part.starts)
      (lineFunctions, lineNumbers) = (part.lineFunctions, part.lineNumbers)
      return
    }
    // Lines behind the last address's belong to none.
    let end = Int(starts.last ?? 0)
    let base = UInt32(truncatingIfNeeded: functions.count)
    functions += part.functions
    addresses += part.addresses
    starts += part.starts.dropFirst().map { $0 &+ UInt32(truncatingIfNeeded: end) }
    // In place: a module may have as many parts as it likes.
    lineFunctions.removeSubrange(end...)
    lineNumbers.removeSubrange(end...)
    lineFunctions += part.lineFunctions.map { $0 == .max ? .max : $0 &+ base }
    lineNumbers += part.lineNumbers
  }

  /// The lines at an address, as positions in the columns of lines.
  func lines(at address: UInt64) -> Range<Int> {
    let place = addresses.partitionPoint { $0 >= address }
    guard place < addresses.count, addresses[place] == address else { return 0..<0 }
    return Int(starts[place])..<Int(starts[place + 1])
  }
}

// MARK: Messages

extension RecordedNames {
  /// The names in a recording; what refers to nothing is left out.
  init(_ symbols: Recording_Symbols) {
    self.init(module: symbols.module)
    functions = symbols.functions.map(RecordedFunction.init)
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
    // Another part's functions may come behind these, and must not be taken for what was meant.
    lineFunctions = places.function.map { $0 < UInt32(functions.count) ? $0 : .max }
    lineNumbers = places.line
  }

  /// What is said of the module itself.
  var update: Recording_ModuleUpdate {
    .with {
      $0.module = module
      $0.symbolSource = source ?? ""
      if let problem { $0.fact = problem.message }
      $0.foundLater = wereFoundLater
    }
  }

  /// Takes in what is said of the module itself.
  mutating func add(_ update: Recording_ModuleUpdate) {
    source = update.symbolSource.isEmpty ? nil : update.symbolSource
    problem = update.hasFact ? ModuleProblem(update.fact) : update.problem.isEmpty ? nil : .sentence(update.problem)
    wereFoundLater = update.foundLater
  }

  /// The names as messages that are hardly larger than `limit`; none where there are no names.
  func messages(limit: Int) -> [Recording_Symbols] {
    var parts: [Recording_Symbols] = []
    var next = 0
    while next < addresses.count {
      var part = SymbolsPart(of: self)
      repeat {
        part.add(self, next)
        next += 1
      } while next < addresses.count && part.bytes < limit
      parts.append(part.message)
    }
    return parts
  }
}

/// Some addresses of a module in a row, and the functions that they need.
private struct SymbolsPart {
  private var symbols = Recording_Symbols()
  private var places = Recording_Places()
  private var last: UInt64 = 0
  /// The part's index of each of the module's functions; `unused` so far.
  private var indexes: [UInt32]
  /// At most so many, when serialized.
  private(set) var bytes = 0

  private static let unused = UInt32.max

  init(of names: RecordedNames) {
    symbols.module = names.module
    indexes = Array(repeating: Self.unused, count: names.functions.count)
  }

  mutating func add(_ names: RecordedNames, _ position: Int) {
    let lines = Int(names.starts[position])..<Int(names.starts[position + 1])
    places.address.append(names.addresses[position] &- last)
    last = names.addresses[position]
    places.lines.append(UInt32(lines.count))
    bytes += 15
    for line in lines {
      places.function.append(index(of: names.lineFunctions[line], in: names))
      places.line.append(names.lineNumbers[line])
      bytes += 10
    }
  }

  private mutating func index(of function: UInt32, in names: RecordedNames) -> UInt32 {
    let known = indexes[Int(function)]
    guard known == Self.unused else { return known }
    let index = UInt32(symbols.functions.count)
    let message = names.functions[Int(function)].message
    symbols.functions.append(message)
    bytes += message.largestSize
    indexes[Int(function)] = index
    return index
  }

  var message: Recording_Symbols {
    var message = symbols
    message.places = places
    return message
  }
}

extension RecordedFunction {
  init(_ message: Recording_Function) {
    self.init(
      name: message.name, fullName: message.fullName, linkageName: message.linkageName, file: message.file,
      isSymbolized: !message.unsymbolized, isForwarder: message.forwarder,
      isThunk: message.thunk)
  }

  fileprivate var message: Recording_Function {
    .with {
      $0.name = name
      $0.fullName = fullName ?? ""
      $0.linkageName = linkageName ?? ""
      $0.file = file ?? ""
      $0.unsymbolized = !isSymbolized
      $0.forwarder = isForwarder
      $0.thunk = isThunk
    }
  }
}

extension Recording_Function {
  /// Bytes that it takes at most when serialized.
  fileprivate var largestSize: Int {
    name.utf8.count + fullName.utf8.count + linkageName.utf8.count + file.utf8.count + 40
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
