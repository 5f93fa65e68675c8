/// A form of functions' names to show.
public enum NameForm: String, Hashable, Sendable, CaseIterable {
  /// Demangled, without argument and result types.
  case short
  /// Demangled, with everything.
  case full
  /// As the linker knows them.
  case mangled
}

extension Profile {
  /// The same profile with the functions' names in another form, where they have it.
  public func showing(_ form: NameForm) -> Profile {
    guard form != .short else { return self }
    var profile = self
    for index in profile.functions.indices {
      let function = profile.functions[index]
      let name = form == .full ? function.fullName : function.linkageName
      if let name { profile.functions[index].name = name }
    }
    return profile
  }
}
