import ArgumentParser
import Demangling
import ProfileFormats
import ProfileModel
import RecordingFormat

/// The options of every command that reads profiles.
struct InputFlags: ParsableArguments {
  @Option(help: "Names of functions: short, full (with types and arguments) or mangled.")
  var names = NameForm.short

  @Flag(help: "Show thunks and other compiler-made functions beside those that they lead to.")
  var thunks = false

  @Flag(help: "Show the frames of what runs Swift tasks, for which [Swift task] stands otherwise.")
  var executorFrames = false

  @Flag(help: "C++ names without template arguments: std::map::find instead of std::map<int, Value>::find.")
  var noTemplateArguments = false

  @OptionGroup var value: ValueFlag
  @OptionGroup var selection: SelectionFlags
  @OptionGroup var processNames: ProcessNamesFlag

  /// Reads a FILE argument, and which of its samples are looked at.
  func selected(_ path: String) throws(Failure) -> SelectedProfile {
    try selected(of: contents(path).profile, path: path)
  }

  /// Which samples of a profile are looked at.
  func selected(of profile: Profile, path: String) throws(Failure) -> SelectedProfile {
    try selection.select(of: value.select(of: profile, path: path), path: path)
  }

  /// Reads a FILE argument that may hold two profiles.
  func contents(_ path: String) throws(Failure) -> (profile: Profile, baseline: Profile?) {
    let contents = try ProfileInput(path: path).contents(
      showing: details, processNames: processNames.processNames)
    return (shown(contents.profile), contents.baseline.map(shown))
  }

  private var details: RecordingDetails {
    var details: RecordingDetails = []
    if thunks { details.insert(.thunks) }
    if executorFrames { details.insert(.executorFrames) }
    return details
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
    name: .customLong("value"),
    help:
      "What to count, of what FILE holds: samples, off-cpu, alloc_space, period… (`perfprof info` lists them)."
  )
  var name: String?

  @Option(help: "The event to look at, of those that FILE holds samples of; with --value period, its periods.")
  var event: String?

  /// Whether one value type was asked for.
  var isGiven: Bool { name != nil || event != nil }

  /// All samples of the value type asked for, or of the one that the profile prefers.
  func select(of profile: Profile, path: String) throws(Failure) -> SelectedProfile {
    guard isGiven else { return profile.preferred }
    var wanted = [name ?? event ?? ""]
    // What is counted of an event has its name in front where there are several events.
    if let name {
      if let event {
        wanted = ["\(event)-\(name)"] + (profile.valueType(named: "\(event)-period") == nil ? [name] : [])
      }
      if event == nil, let first = profile.preferredValue {
        wanted.append("\(profile.valueTypes[first.index].name)-\(name)")
      }
    } else if profile.metadata.sampler == .perf(event: wanted[0]), profile.valueType(named: "period") != nil {
      // The only event of its file.
      wanted.append("samples")
    }
    for name in wanted {
      if let value = profile.valueType(named: name) { return SelectedProfile(profile, Selection(value)) }
    }
    let wall = profile.addingWall()
    if name == Profile.wallName, event == nil, let wall { return SelectedProfile(wall.profile, Selection(wall.value)) }
    let known = (profile.valueTypes.map(\.name) + (wall == nil ? [] : [Profile.wallName])).joined(separator: ", ")
    let option = name.map { "--value \($0)" } ?? "--event \(event ?? "")"
    throw Failure(.usage, "\(option): \(path == "-" ? "standard input" : path) holds none: use one of \(known)")
  }
}

/// Whether folded lines begin with a process's name.
struct ProcessNamesFlag: ParsableArguments {
  @Option(
    help:
      "Folded stacks: whether each line begins with a process's name: yes or no. Default: FILE's lines tell, and it is said."
  )
  var processNames: ProcessNames?
}

extension ProcessNames: ExpressibleByArgument {}
extension NameForm: ExpressibleByArgument {}
