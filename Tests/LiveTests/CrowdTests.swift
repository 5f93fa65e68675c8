import Foundation
import Testing

extension LiveTests {
  /// Many processes and threads, that come and go.
  @Suite struct Crowds {
    @Test("Every process of the machine, while 60 of 300 threads live in turn")
    func wholeMachine() throws {
      let crowd = try ChildProcess([Machine.sample("crowd"), "4", "60", "300"])
      try #require(crowd.waitUntilReady())
      let recorded = try Recorded.machine(seconds: 2, options: ["-F", "499"])
      // What else runs here is none of this test's business: members are known by their one thread function.
      let folded = recorded.folded
      let isMember: ([String]) -> Bool = { $0.contains("light_work") || $0.contains("heavy_work") }
      #expect(folded.percent(where: isMember) > 5, "\(recorded.summary)")
      let heavy = folded.percent(of: isMember) { $0.contains("heavy_work") }
      #expect(abs(heavy - 75) <= 4, "heavy_work: \(heavy) %\n\(recorded.summary)")
      let rooted = folded.percent(of: isMember) { !$0.contains { $0.hasPrefix("[truncated") } }
      #expect(rooted >= 99.5, "\(recorded.summary)")
      // What is lost while the machine has no processor to spare is told.
      let (lost, samples) = (try #require(recorded.number("lost")), try #require(recorded.number("samples")))
      #expect(lost <= samples / 10, "\(recorded.summary)")
      // Shared modules are read once, however many processes map them.
      let modules = try #require(recorded.info["modules"] as? [[String: Any]]).compactMap { $0["path"] as? String }
      #expect(modules.count { $0.hasSuffix("/crowd") } == 1)
    }

    @Test("1,200 different programs, one after the other, with fewer descriptors than programs")
    func differentPrograms() throws {
      let folder = try TemporaryFolder()
      let script = """
        i=0
        while [ $i -lt 1200 ]; do cp \(Machine.sample("brief")) p$i; ./p$i kid 1 1 >/dev/null; i=$((i+1)); done
        """
      let outcome = try run(
        [
          "/bin/sh", "-c", "ulimit -n 1000; exec \"$@\"", "sh", Machine.perfprof, "record", "-F", "1999", "-o",
          "out.perfprof", "-o", "out.folded", "--", "/bin/sh", "-c", script,
        ], folder: folder.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(!outcome.errors.contains("could not be read"), "\(outcome.errors)")
      let folded = try #require(FoldedText(try folder.text("out.folded")))
      let programs = Dictionary(grouping: folded.stacks) { $0.frames.first ?? "" }.filter { $0.key.hasPrefix("p") }
      #expect(programs.count >= 1000, "\(programs.count) of 1200")
      // Each has the name of its code, however long it was gone when the recording ended.
      let stacks = programs.values.joined()
      let nameless = stacks.filter { $0.frames.contains { $0.hasPrefix("p") && $0.contains("+0x") } }
      #expect(nameless.isEmpty, "\(nameless.prefix(5))")
      #expect(stacks.filter { $0.frames.contains("brief_work") }.count >= 900)
      let view = try perfprof("convert", "out.perfprof", "--format", "folded", "-o", "-", folder: folder.path)
      #expect(try view.output == folder.text("out.folded"))
    }
  }
}
