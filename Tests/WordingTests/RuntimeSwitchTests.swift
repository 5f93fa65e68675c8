import ProfileModel
import Testing

@testable import Wording

@Suite struct RuntimeSwitchTests {
  /// A profile of stacks, root first, each `module!function`; without a function, code of the run time without a name.
  private func sentences(_ stacks: [(frames: [String], weight: Int64)]) -> [String] {
    var builder = ProfileBuilder()
    let process = builder.add(ProcessRecord(pid: 1, name: "p"))
    let thread = builder.add(ThreadRecord(process: process, tid: 1, name: "p"))
    for (frames, weight) in stacks {
      let ids = frames.map { text -> FrameID in
        let parts = text.split(separator: "!", omittingEmptySubsequences: false).map(String.init)
        let module = builder.intern(Module(path: "/usr/bin/\(parts[0])"))
        let isNamed = !parts[1].isEmpty
        let function = builder.intern(
          Function(name: isNamed ? parts[1] : "[jit]+0x1000", module: module, isSymbolized: isNamed))
        return builder.intern(Frame(function: function, kind: parts[0] == "[jit]" ? .jit : .user))
      }
      builder.profile.samples.append(
        Sample(time: 0, thread: thread, stack: builder.intern(stack: ids), weight: weight))
    }
    return RuntimeSwitch.missing(in: builder.profile.preferred).map(\.sentence)
  }

  @Test func pythonWithoutItsSwitch() throws {
    let said = sentences([
      (["python3.12!main", "libpython3.12.so.1.0!_PyEval_EvalFrameDefault", "libc.so.6!memcpy"], 90), (["sh!main"], 10),
    ])
    #expect(said.count == 1)
    let sentence = try #require(said.first)
    #expect(sentence.contains("in 90.0 % of the samples"))
    #expect(sentence.contains("`python3 -X perf`"))
  }

  @Test func pythonWithItsSwitchIsNotTold() {
    #expect(
      sentences([
        (["python3.12!main", "[jit]!py::work:/a.py", "python3.12!_PyEval_EvalFrameDefault"], 90),
        // What runs before the first function is little.
        (["python3.12!main", "python3.12!_PyEval_EvalFrameDefault"], 4),
      ]).isEmpty)
  }

  @Test(arguments: [
    ("node", "--perf-basic-prof --interpreted-frames-native-stack"), ("libjvm.so", "jcmd PID Compiler.perfmap"),
    ("libcoreclr.so", "DOTNET_PerfMapEnabled=1"), ("libruby-3.1.so.3.1", "--yjit-perf"),
  ])
  func codeWithoutNamesIsTold(_ module: String, _ words: String) throws {
    let said = sentences([(["\(module)!start", "[jit]!"], 3), (["\(module)!start"], 7)])
    #expect(said.count == 1)
    #expect(try #require(said.first).contains("in 30.0 % of the samples"))
    #expect(said[0].contains(words))
    #expect(sentences([(["\(module)!start", "[jit]!named"], 10)]).isEmpty)
    #expect(sentences([(["\(module)!start", "[jit]!"], 4), (["\(module)!start"], 96)]).isEmpty)
  }

  @Test func codeOfOtherProgramsIsNobodysOfThese() {
    #expect(sentences([(["luajit!start", "[jit]!"], 10), (["node!start"], 10)]).isEmpty)
    #expect(sentences([(["nodeserver!start", "[jit]!"], 10)]).isEmpty)
  }
}
