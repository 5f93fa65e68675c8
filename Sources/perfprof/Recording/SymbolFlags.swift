import ArgumentParser
import Recording

/// The options on names, where a recording is made.
struct SymbolFlags: ParsableArguments {
  @Option(name: .customLong("debug-dir"), help: "Folder with separate debug files; may be repeated.")
  var debugFolders: [String] = []

  @Flag(name: .customLong("no-debuginfod"), help: "Ask no debuginfod server, also when DEBUGINFOD_URLS is set.")
  var noDebuginfod = false

  @Flag(name: .customLong("no-inlines"), help: "Leave inlined calls and lines out.")
  var noInlines = false

  var options: SymbolizationOptions {
    var options = SymbolizationOptions()
    options.debugFolders = debugFolders + options.debugFolders
    options.usesDebuginfod = !noDebuginfod
    options.resolvesInlines = !noInlines
    return options
  }
}
