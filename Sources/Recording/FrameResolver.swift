import ProfileModel
import RecordingSchema

/// Gives recorded frames their names: one address becomes one frame, or several where calls were inlined.
struct FrameResolver {
  private let tables: RecordingTables
  private let symbols: [UInt32: Recording_Symbols]
  private let updates: [UInt32: Recording_ModuleUpdate]
  private var builder = ProfileBuilder()
  private let showsThunks: Bool
  /// For each profile frame whether it is a thunk, forwarder or the like.
  private var forwarders: [Bool] = []
  private var moduleIDs: [ModuleID] = []

  /// For each recorded node, the profile's stack.
  private(set) var stacks: [StackID] = []

  init(
    tables: RecordingTables, symbols: [UInt32: Recording_Symbols], updates: [UInt32: Recording_ModuleUpdate],
    showsThunks: Bool
  ) {
    self.showsThunks = showsThunks
    self.tables = tables
    self.symbols = symbols
    self.updates = updates
  }

  /// Builds modules, functions, frames and stacks.
  mutating func resolve() -> Profile {
    for (index, module) in tables.modules.enumerated() {
      let update = updates[UInt32(index)]
      let source = update?.symbolSource ?? ""
      // Not interned: a row each, so that indexes stay the recording's.
      builder.profile.modules.append(
        Module(path: module.path, buildID: module.buildID, symbolSource: source.isEmpty ? nil : source))
      moduleIDs.append(ModuleID(index: index))
      if let problem = update?.problem, !problem.isEmpty { builder.profile.metadata.notes.append(problem) }
    }
    let expansions = expandFrames()
    stacks.reserveCapacity(tables.stacks.count)
    for node in 0..<tables.stacks.count {
      let parent = tables.stacks.parents[node]
      var stack = parent == StackTable.noParent ? nil : stacks[Int(parent)]
      for frame in expansions[Int(tables.stacks.frames[node])] { stack = push(frame, onto: stack) }
      // Every expansion has at least one frame.
      stacks.append(stack ?? StackID(rawValue: 0))
    }
    return builder.profile
  }

  /// The stack with one more frame; a thunk and the function it leads to become one.
  private mutating func push(_ frame: FrameID, onto stack: StackID?) -> StackID {
    guard !showsThunks, let stack else { return builder.intern(parent: stack, frame: frame) }
    let caller = FrameID(rawValue: builder.profile.stacks.frame(of: stack))
    guard forwarders[frame.index] || forwarders[caller.index], name(of: frame) == name(of: caller) else {
      return builder.intern(parent: stack, frame: frame)
    }
    if forwarders[frame.index] { return stack }
    return builder.intern(parent: builder.profile.stacks.parent(of: stack), frame: frame)
  }

  private func name(of frame: FrameID) -> String {
    builder.profile.functions[builder.profile.frames[frame.index].function.index].name
  }

  private mutating func intern(_ frame: Frame, isForwarder: Bool = false) -> FrameID {
    let id = builder.intern(frame)
    while forwarders.count <= id.index { forwarders.append(isForwarder) }
    return id
  }

  /// For each recorded frame its frames, outermost first.
  private mutating func expandFrames() -> [[FrameID]] {
    var lookups = [ModuleNames?](repeating: nil, count: tables.modules.count)
    for (module, part) in symbols { lookups[Int(module)] = ModuleNames(part, module: moduleIDs[Int(module)]) }
    return (0..<tables.frames.count).map { row in
      let module = tables.frames.modules[row]
      let address = tables.frames.addresses[row]
      guard module > 0 else { return [marker(tables.markers[Int(address)])] }
      return named(module: module - 1, address: address, names: &lookups[Int(module) - 1])
    }
  }

  private mutating func marker(_ text: String) -> FrameID {
    let function = builder.intern(Function(name: text))
    let kind: FrameKind = text.hasPrefix("[truncated") ? .truncated : .elided
    return intern(Frame(function: function, kind: kind))
  }

  private mutating func named(module: UInt32, address: UInt64, names: inout ModuleNames?) -> [FrameID] {
    let recorded = tables.modules[Int(module)]
    let kind: FrameKind =
      switch recorded.kind {
      case .kernel: .kernel
      case .jit: .jit
      case .file, .vdso: .user
      }
    let recordedLines = names?.lines(at: address) ?? []
    let address = recorded.kind == .jit ? JITAddress(bits: address).address : address
    guard !recordedLines.isEmpty else {
      let function = builder.intern(
        Function(
          name: Self.standIn(for: recorded, address: address), module: moduleIDs[Int(module)], isSymbolized: false))
      return [intern(Frame(function: function, kind: kind, address: address))]
    }
    // Innermost first in the file; only the outermost of them is a real call.
    var frames: [FrameID] = []
    frames.reserveCapacity(recordedLines.count)
    for index in recordedLines.indices.reversed() {
      let line = recordedLines[index]
      guard let (function, isForwarder) = names?.function(of: line, builder: &builder) else { continue }
      let isOutermost = index == recordedLines.count - 1
      frames.append(
        intern(
          Frame(function: function, kind: isOutermost ? kind : .inlined, line: line.line, address: address),
          isForwarder: isForwarder))
    }
    return frames
  }

  /// `module+0x1234`, or the bare address where no file gives it a base.
  static func standIn(for module: RecordedModule, address: UInt64) -> String {
    let name = Module(path: module.path).name
    return "\(name)+0x\(String(address, radix: 16))"
  }
}

/// The names of one module by address.
private struct ModuleNames {
  private var functions: [Function]
  /// Their rows in the profile, as far as they were needed.
  private var rows: [FunctionID?]
  private var forwarders: [Bool]
  private var lines: [UInt64: [Recording_Line]]

  init(_ symbols: Recording_Symbols, module: ModuleID) {
    functions = symbols.functions.map { function in
      Function(
        name: function.name, fullName: function.fullName.isEmpty ? nil : function.fullName,
        linkageName: function.linkageName.isEmpty ? nil : function.linkageName, module: module,
        file: function.file.isEmpty ? nil : function.file, isSymbolized: !function.unsymbolized)
    }
    rows = Array(repeating: nil, count: functions.count)
    forwarders = symbols.functions.map(\.forwarder)
    lines = Dictionary(minimumCapacity: symbols.locations.count)
    for location in symbols.locations { lines[location.address] = location.lines }
  }

  /// The lines at an address, innermost first, without those that refer to no function.
  func lines(at address: UInt64) -> [Recording_Line] {
    guard let found = lines[address] else { return [] }
    return found.allSatisfy { Int($0.function) < functions.count }
      ? found : found.filter { Int($0.function) < functions.count }
  }

  /// The profile's row for the function of a line, and whether it is a forwarder.
  mutating func function(of line: Recording_Line, builder: inout ProfileBuilder) -> (FunctionID, isForwarder: Bool) {
    let index = Int(line.function)
    guard line.file.isEmpty else {
      var function = functions[index]
      function.file = line.file
      return (builder.intern(function), forwarders[index])
    }
    let row = rows[index] ?? builder.intern(functions[index])
    rows[index] = row
    return (row, forwarders[index])
  }
}
