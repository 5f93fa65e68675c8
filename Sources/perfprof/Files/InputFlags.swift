import ArgumentParser
import Demangling
import ProfileModel

/// The options of every command that reads profiles.
struct InputFlags: ParsableArguments {
  @Option(help: "Names of functions: short, full (with types and arguments) or mangled.")
  var names = NameForm.short

  @Flag(help: "Show thunks and other compiler-made functions beside those that they lead to.")
  var thunks = false

  @Flag(help: "C++ names without template arguments: std::map::find instead of std::map<int, Value>::find.")
  var noTemplateArguments = false

  @OptionGroup var value: ValueFlag

  /// Reads a FILE argument, and which of its samples are looked at.
  func selected(_ path: String) throws(Failure) -> SelectedProfile {
    try value.select(of: contents(path).profile, path: path)
  }

  /// Reads a FILE argument that may hold two profiles.
  func contents(_ path: String) throws(Failure) -> (profile: Profile, baseline: Profile?) {
    let contents = try ProfileInput(path: path).contents(showsThunks: thunks)
    return (shown(contents.profile), contents.baseline.map(shown))
  }

  /// The profile with its functions' names as asked for.
  private func shown(_ profile: Profile) -> Profile {
    var profile = profile.showing(names)
    guard noTemplateArguments, names != .mangled else { return profile }
    for index in profile.functions.indices {
      let function = profile.functions[index]
      guard let linkageName = function.linkageName else { continue }
      profile.functions[index].name = Demangler.withoutTemplateArguments(function.name, linkageName: linkageName)
    }
    return profile
  }
}

/// Which of a profile's value types is looked at.
struct ValueFlag: ParsableArguments {
  @Option(
    name: [.customLong("value"), .customLong("event")],
    help: "What to count, of what FILE holds: samples, an event, alloc_space… (`perfprof info` lists them).")
  var name: String?

  /// All samples of the value type asked for, or of the one that the profile prefers.
  func select(of profile: Profile, path: String) throws(Failure) -> SelectedProfile {
    guard let name else { return profile.preferred }
    if let value = profile.valueType(named: name) { return SelectedProfile(profile, Selection(value)) }
    let known = profile.valueTypes.map(\.name).joined(separator: ", ")
    throw Failure(.usage, "--value \(name): \(path == "-" ? "standard input" : path) holds none: use one of \(known)")
  }
}

extension NameForm: ExpressibleByArgument {}
