import ProfileModel

/// A profile whose frames are grouped by the functions that all profiles of a comparison share.
package struct MatchedProfile: Sendable {
  /// Self and total weights of `functions`, by position.
  package var grouping: StackGrouping
  /// The functions that this profile has.
  package var functions: [SideTable.Function]
  /// For each of them its number in the comparison.
  package var numbers: [Int]
}

/// The functions of all profiles of a comparison, matched across builds.
///
/// A function is its demangled name and its module's name; an inlined frame is a frame of its function. A program is
/// often called something else on the other side (`app-old`, `app-new`), so where a name occurs in one module only on
/// each side, it is the same function whatever its module is called. Code without symbols has an address for a name,
/// which means nothing in another build: where the builds differ, it is one group for each module.
package struct SharedFunctions {
  /// The functions, by number.
  package private(set) var keys: [SideTable.Function] = []
  private var numbers: [SideTable.Function: Int] = [:]
  /// For each name the modules that have it, on each side.
  private var modulesOfName: [String: (before: Set<String>, after: Set<String>)] = [:]
  /// For each function the module that it lay in, on each side.
  private var modulesOfNumber: [(before: String?, after: String?)] = []
  private var buildsOfModule: [String: Set<BuildID>] = [:]
  /// For modules that only the earlier side has those that took their place; made when all profiles are noted.
  private var heirs: [String: String]?

  /// Nothing yet.
  package init() {}

  /// Notes what a profile's functions are called; comes before `match`, for all profiles.
  package mutating func note(_ profile: Profile, isBefore: Bool) {
    for module in profile.modules {
      if let build = module.buildID { buildsOfModule[Self.baseName(module), default: []].insert(build) }
    }
    for function in profile.functions {
      note(name: function.name, module: function.module.map { Self.baseName(profile.modules[$0.index]) }, isBefore)
    }
  }

  /// Notes the functions of a baseline.
  package mutating func note(_ functions: [SideTable.Function], isBefore: Bool) {
    for function in functions { note(name: function.name, module: function.module, isBefore) }
  }

  private mutating func note(name: String, module: String?, _ isBefore: Bool) {
    var modules = modulesOfName[name] ?? ([], [])
    if isBefore { modules.before.insert(module ?? "") } else { modules.after.insert(module ?? "") }
    modulesOfName[name] = modules
  }

  /// The number of a function; the module shown is the one met last.
  package mutating func number(of function: SideTable.Function, isBefore: Bool) -> Int {
    let number = intern(function)
    if isBefore {
      modulesOfNumber[number].before = function.module
    } else {
      modulesOfNumber[number].after = function.module
    }
    return number
  }

  private mutating func intern(_ function: SideTable.Function) -> Int {
    var key = function
    if heirs == nil { heirs = findHeirs() }
    if let module = key.module, let heir = heirs?[module] { key.module = heir }
    if let modules = modulesOfName[function.name], modules.before.count <= 1, modules.after.count <= 1 {
      key.module = nil
    }
    if let number = numbers[key] {
      if function.module != nil { keys[number].module = function.module }
      return number
    }
    numbers[key] = keys.count
    keys.append(function)
    modulesOfNumber.append((nil, nil))
    return keys.count - 1
  }

  /// Groups a profile's frames; frames that stand for missing ones belong to none.
  package mutating func match(_ profile: Profile, isBefore: Bool) -> MatchedProfile {
    var positions: [Int: UInt32] = [:]
    var functions: [SideTable.Function] = []
    var numbers: [Int] = []
    let groupOfFunction = self.numbers(of: profile, isBefore: isBefore).map { number -> UInt32 in
      if let position = positions[number] { return position }
      let position = UInt32(truncatingIfNeeded: functions.count)
      positions[number] = position
      functions.append(keys[number])
      numbers.append(number)
      return position
    }
    let groups = profile.frames.map { frame in
      frame.kind.isMarker ? StackGrouping.none : groupOfFunction[frame.function.index]
    }
    return MatchedProfile(
      grouping: StackGrouping(profile.stacks, groupOfFrame: groups, count: functions.count), functions: functions,
      numbers: numbers)
  }

  /// For each function of a profile its number in the comparison.
  package mutating func numbers(of profile: Profile, isBefore: Bool) -> [Int] {
    profile.functions.map { function in
      let module = function.module.map { Self.baseName(profile.modules[$0.index]) }
      var name = function.name
      if !function.isSymbolized, let module, (buildsOfModule[module]?.count ?? 0) > 1 {
        name = "[code of \(module) without names]"
      }
      return number(of: SideTable.Function(name: name, module: module), isBefore: isBefore)
    }
  }

  /// For each function the module that it counts for: of one that was renamed, the later.
  package func moduleOfNumber() -> [String?] {
    modulesOfNumber.map { modules in
      modules.after ?? modules.before.map { heirs?[$0] ?? $0 }
    }
  }

  /// A module that only the earlier side has is the one of those that only the later side has, in which most of its
  /// functions are.
  private func findHeirs() -> [String: String] {
    let earlier = modulesOfName.values.reduce(into: Set<String>()) { $0.formUnion($1.before) }
    let later = modulesOfName.values.reduce(into: Set<String>()) { $0.formUnion($1.after) }
    var votes: [String: [String: Int]] = [:]
    for modules in modulesOfName.values {
      for before in modules.before where !before.isEmpty && !later.contains(before) {
        for after in modules.after where !after.isEmpty && !earlier.contains(after) {
          votes[before, default: [:]][after, default: 0] += 1
        }
      }
    }
    return votes.compactMapValues { votes in
      votes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
  }

  private static func baseName(_ module: Module) -> String {
    let name = module.name
    return name.hasSuffix(" (deleted)") ? String(name.dropLast(" (deleted)".count)) : name
  }
}
