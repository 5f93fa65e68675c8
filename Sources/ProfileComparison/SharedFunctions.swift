import ProfileModel

/// The functions of two profiles, matched by name.
///
/// Name alone, because modules move and are renamed between versions, and folded stacks have none.
struct SharedFunctions {
  private(set) var names: [String] = []
  /// For each name a module's path, of the later profile where it is there.
  private(set) var modules: [String?] = []
  private var ids: [String: UInt32] = [:]

  /// Adds a profile's functions and returns the position in `names` for each of its frames; frames that stand for
  /// missing ones have none.
  mutating func add(_ profile: Profile) -> [UInt32] {
    let groupOfFunction = profile.functions.map { function in
      let module = function.module.map { profile.modules[$0.index].path }
      let next = UInt32(truncatingIfNeeded: names.count)
      let id = ids[function.name] ?? next
      if id == next {
        ids[function.name] = id
        names.append(function.name)
        modules.append(module)
      } else if let module {
        modules[Int(id)] = module
      }
      return id
    }
    return profile.frames.map { frame in
      frame.kind.isMarker ? StackGrouping.none : groupOfFunction[frame.function.index]
    }
  }
}
