import ProfileModel

/// A runtime whose functions have no names although a switch of its own would tell them.
struct RuntimeSwitch: Hashable {
  /// What is nameless, and where the switch is.
  var words: String
  /// The share of samples that it is in.
  var share: Double

  /// The sentence, without a full stop.
  var sentence: String { words.replacingShare(share.percent) }

  /// What a stack goes through; bits.
  private enum Passage {
    static let interpreter: UInt64 = 1
    static let namedPython: UInt64 = 2
    static let namelessCode: UInt64 = 4
    /// The first of the runtimes that make code.
    static let firstRuntime = 3
  }

  /// Where Python's functions run, of 3.6 and later.
  private static let interpreters: Set<String> = ["_PyEval_EvalFrameDefault"]
  /// How names begin that Python itself tells (`-X perf`).
  private static let pythonPrefix = "py::"

  /// Runtimes that make code, by what their modules' names begin with.
  private static let runtimes: [(module: String, words: String)] = [
    (
      "node",
      "JavaScript's functions have no names (in # of the samples): start it with "
        + "`node --perf-basic-prof --interpreted-frames-native-stack`"
    ),
    (
      "libjvm.so",
      "Java's methods have no names (in # of the samples): `jcmd PID Compiler.perfmap` shortly before a recording ends "
        + "tells them, or `java -XX:+DumpPerfMapAtExit`"
    ),
    (
      "libcoreclr.so",
      "methods of .NET have no names (in # of the samples): start it with DOTNET_PerfMapEnabled=1 in its environment"
    ),
    ("libruby", "Ruby's methods have no names (in # of the samples): start it with `ruby --yjit --yjit-perf`"),
  ]
  private static let python =
    "Python's functions have no names of their own (in # of the samples): from Python 3.12 on `python3 -X perf` gives "
    + "them some"

  /// Of less it's not said.
  private static let least = 0.05

  /// The runtimes of a profile of which that is so.
  ///
  /// - Complexity: O(stacks + samples) where there is such a runtime, else O(functions + modules)
  static func missing(in selected: SelectedProfile) -> [RuntimeSwitch] {
    let profile = selected.profile
    let ofModule = profile.modules.map { module -> UInt64 in
      let name = module.name
      let index = runtimes.firstIndex { name == $0.module || $0.module.hasPrefix("lib") && name.hasPrefix($0.module) }
      return index.map { 1 << UInt64(Passage.firstRuntime + $0) } ?? 0
    }
    let hasRuntime = ofModule.contains { $0 != 0 }
    let ofFunction = profile.functions.map { function -> UInt64 in
      var bits = function.module.map { ofModule[$0.index] } ?? 0
      if interpreters.contains(function.name) { bits |= Passage.interpreter }
      if function.name.hasPrefix(pythonPrefix) { bits |= Passage.namedPython }
      return bits
    }
    guard hasRuntime || ofFunction.contains(where: { $0 & Passage.interpreter != 0 }) else { return [] }
    let through = profile.stacks.union(
      ofFrames: profile.frames.map { frame in
        let isNameless = frame.kind == .jit && !profile.functions[frame.function.index].isSymbolized
        return ofFunction[frame.function.index] | (isNameless ? Passage.namelessCode : 0)
      })
    var (python, whole) = (0.0, 0.0)
    var weights = [Double](repeating: 0, count: runtimes.count)
    for sample in selected.samples {
      let weight = Double(sample.weight)
      whole += weight
      guard let stack = sample.stack else { continue }
      let bits = through[stack.index]
      if bits & (Passage.interpreter | Passage.namedPython) == Passage.interpreter { python += weight }
      guard bits & Passage.namelessCode != 0 else { continue }
      for index in runtimes.indices where bits & 1 << UInt64(Passage.firstRuntime + index) != 0 {
        weights[index] += weight
      }
    }
    guard whole > 0 else { return [] }
    return (zip(runtimes.map(\.words), weights) + [(Self.python, python)]).compactMap { words, weight in
      weight / whole >= least ? RuntimeSwitch(words: words, share: weight / whole) : nil
    }
  }
}

extension String {
  /// With a share in the place of `#`.
  fileprivate func replacingShare(_ share: String) -> String {
    guard let place = firstIndex(of: "#") else { return self }
    return self[..<place] + share + self[index(after: place)...]
  }
}
