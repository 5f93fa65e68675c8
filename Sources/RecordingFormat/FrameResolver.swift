import ProfileModel

/// Gives recorded frames their names: one address becomes one frame, or several where calls were inlined.
struct FrameResolver {
  private let tables: RecordingTables
  private let names: [UInt32: RecordedNames]
  private var builder = ProfileBuilder()
  private let showsThunks: Bool
  /// For each profile frame whether it is a thunk, forwarder or the like.
  private var roles: [CodeRole] = []
  /// For each profile frame whether it stands for what is not known, such as the callers of a stack that was cut.
  private var areMarkers: [Bool] = []
  private var moduleIDs: [ModuleID] = []
  /// The profile's frames of each recorded frame, outermost first, end to end; each begins where `expansionStarts` says.
  private var expansions: [FrameID] = []
  private var expansionStarts: [UInt32] = [0]

  /// For each recorded node, the profile's stack.
  private(set) var stacks: [StackID] = []
  /// For each of the profile's stacks, how many frames it has.
  private var depths: [UInt32] = []

  init(tables: RecordingTables, names: [UInt32: RecordedNames], showsThunks: Bool) {
    self.showsThunks = showsThunks
    self.tables = tables
    self.names = names
  }

  /// Builds modules, functions, frames and stacks. The recorded frames and nodes were taken from `budget` already.
  mutating func resolve(_ budget: inout ReadingBudget) throws(ReadingBudget.Exceeded) -> Profile {
    for (index, module) in tables.modules.enumerated() {
      let names = names[UInt32(index)]
      // Not interned: a row each, so that indexes stay the recording's.
      builder.profile.modules.append(
        Module(path: module.path, buildID: module.buildID, symbolSource: names?.source, kind: module.kind))
      moduleIDs.append(ModuleID(index: index))
      if let problem = names?.problem {
        builder.profile.metadata.notes.append(.module(path: module.path, buildID: module.buildID, problem))
      }
    }
    try expandFrames(&budget)
    stacks.reserveCapacity(tables.stacks.count)
    for node in 0..<tables.stacks.count {
      let parent = tables.stacks.parents[node]
      var stack = parent == StackTable.noParent ? nil : stacks[Int(parent)]
      let row = Int(tables.stacks.frames[node])
      let expansion = expansionStarts[row]..<expansionStarts[row + 1]
      for position in expansion {
        let known = builder.profile.stacks.count
        let parent = stack
        stack = push(expansions[Int(position)], onto: stack)
        if builder.profile.stacks.count > known { try noteDepth(below: parent, &budget) }
      }
      // The first is the recorded node's own.
      try budget.take(expansion.count - 1, .stackNodes)
      // Every expansion has at least one frame.
      stacks.append(stack ?? StackID(rawValue: 0))
    }
    return builder.profile
  }

  /// Notes how deep the profile's newest stack is, which is pushed onto `parent` or takes its place.
  private mutating func noteDepth(
    below parent: StackID?, _ budget: inout ReadingBudget
  ) throws(ReadingBudget.Exceeded) {
    let depth = (parent.map { depths[$0.index] } ?? 0) + 1
    try budget.check(Int(depth), .depth)
    depths.append(depth)
  }

  /// The stack with one more frame; a forwarder and the function it leads to become one, and thunks between two
  /// functions leave: a sample in one counts for its caller.
  private mutating func push(_ frame: FrameID, onto stack: StackID?) -> StackID {
    guard !showsThunks, let stack else { return builder.intern(parent: stack, frame: frame) }
    let caller = FrameID(rawValue: builder.profile.stacks.frame(of: stack))
    let (role, callerRole) = (roles[frame.index], roles[caller.index])
    if role == .thunk, !areMarkers[caller.index] { return stack }
    if callerRole == .thunk { return builder.intern(parent: builder.profile.stacks.parent(of: stack), frame: frame) }
    guard role == .forwarder || callerRole == .forwarder, namesAgree(frame, role, caller, callerRole) else {
      return builder.intern(parent: stack, frame: frame)
    }
    if role == .forwarder { return stack }
    return builder.intern(parent: builder.profile.stacks.parent(of: stack), frame: frame)
  }

  /// Whether two frames, one of which is a forwarder, are named after one function; a closure's name ends in its place,
  /// which that of a forwarder may lack.
  private func namesAgree(_ frame: FrameID, _ role: CodeRole, _ caller: FrameID, _ callerRole: CodeRole) -> Bool {
    let (one, other) = (name(of: frame), name(of: caller))
    if one == other { return true }
    func isPlaced(_ long: String, _ short: String) -> Bool {
      long.utf8.count > short.utf8.count && short.contains("closure #") && long.hasPrefix(short + " ")
        && !long.hasSuffix("]")
    }
    return role == .forwarder && isPlaced(other, one) || callerRole == .forwarder && isPlaced(one, other)
  }

  private func name(of frame: FrameID) -> String {
    builder.profile.functions[builder.profile.frames[frame.index].function.index].name
  }

  /// Adds a frame to the expansion at hand. Recorded frames are distinct, so those of the profile are as well.
  private mutating func append(_ frame: Frame, _ role: CodeRole = .function, isMarker: Bool = false) {
    expansions.append(FrameID(index: builder.profile.frames.count))
    builder.profile.frames.append(frame)
    roles.append(role)
    areMarkers.append(isMarker)
  }

  /// Finds the frames of each recorded frame.
  private mutating func expandFrames(_ budget: inout ReadingBudget) throws(ReadingBudget.Exceeded) {
    var lookups = [ModuleNames?](repeating: nil, count: tables.modules.count)
    for (module, part) in names { lookups[Int(module)] = ModuleNames(part, module: moduleIDs[Int(module)]) }
    expansions.reserveCapacity(tables.frames.count)
    expansionStarts.reserveCapacity(tables.frames.count + 1)
    for row in 0..<tables.frames.count {
      let module = tables.frames.modules[row]
      let address = tables.frames.addresses[row]
      if module > 0 {
        try expand(module: module - 1, address: address, names: &lookups[Int(module) - 1], &budget)
      } else {
        expand(marker: tables.markers[Int(address)])
      }
      expansionStarts.append(UInt32(truncatingIfNeeded: expansions.count))
    }
  }

  private mutating func expand(marker: FrameMarker) {
    append(Frame(function: builder.intern(marker.function), kind: marker.kind), isMarker: true)
  }

  private mutating func expand(
    module: UInt32, address: UInt64, names: inout ModuleNames?, _ budget: inout ReadingBudget
  ) throws(ReadingBudget.Exceeded) {
    let recorded = tables.modules[Int(module)]
    let kind: FrameKind =
      switch recorded.kind {
      case .kernel: .kernel
      case .jit: .jit
      case .file, .vdso: .user
      }
    let lines = names?.lines(at: address) ?? 0..<0
    let address = recorded.kind == .jit ? JITAddress(bits: address).address : address
    let start = expansions.count
    try budget.take(lines.count - 1, .frames)
    // Innermost first in the file; only the outermost of them is a real call.
    for index in lines.reversed() {
      guard let line = names?.line(at: index, in: &builder.profile) else { continue }
      append(
        Frame(
          function: line.function, kind: expansions.count == start ? kind : .inlined, line: line.number,
          address: address), line.role)
    }
    guard expansions.count == start else { return }
    try budget.take(1, .rows)
    let function = standIn(for: module, address: address)
    append(Frame(function: function, kind: kind, address: address))
  }

  /// The function that stands for a frame without a name.
  private mutating func standIn(for module: UInt32, address: UInt64) -> FunctionID {
    let recorded = tables.modules[Int(module)]
    func function(_ name: String) -> Function {
      Function(name: name, module: moduleIDs[Int(module)], isSymbolized: false)
    }
    // Addresses of run-time code mean nothing to anybody.
    if recorded.kind == .jit { return builder.intern(function(recorded.path)) }
    // Recorded frames are distinct, so these are as well.
    builder.profile.functions.append(function(Self.standIn(for: recorded, address: address)))
    return FunctionID(index: builder.profile.functions.count - 1)
  }

  /// `module+0x1234`; the module alone for run-time code, whose addresses mean nothing to anybody.
  static func standIn(for module: RecordedModule, address: UInt64) -> String {
    guard module.kind != .jit else { return module.path }
    return Function.standInName(module: Module(path: module.path).name, address: address)
  }
}
