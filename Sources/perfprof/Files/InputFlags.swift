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

  /// Reads a FILE argument.
  func profile(_ path: String) throws(Failure) -> Profile { try contents(path).profile }

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

extension NameForm: ExpressibleByArgument {}
