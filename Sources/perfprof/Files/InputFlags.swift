import ArgumentParser
import ProfileModel

/// The options of every command that reads profiles.
struct InputFlags: ParsableArguments {
  @Option(help: "Names of functions: short, full (with types and arguments) or mangled.")
  var names = NameForm.short

  @Flag(help: "Show thunks and other compiler-made functions beside those that they lead to.")
  var thunks = false

  /// Reads a FILE argument.
  func profile(_ path: String) throws(Failure) -> Profile { try contents(path).profile }

  /// Reads a FILE argument that may hold two profiles.
  func contents(_ path: String) throws(Failure) -> (profile: Profile, baseline: Profile?) {
    let contents = try ProfileInput(path: path).contents(showsThunks: thunks)
    return (contents.profile.showing(names), contents.baseline?.showing(names))
  }
}

extension NameForm: ExpressibleByArgument {}
