import Foundation
import Testing

extension LiveTests {
  /// Binaries that are no longer what was started, as after an upgrade of a package.
  @Suite struct ReplacedBinaries {
    @Test(
      "A replaced library, for an ordinary user who may not open what was deleted",
      .enabled(if: Machine.isRoot, "needs root, to become another user"))
    func library() throws {
      let copies = try ReadableCopy()
      let folder = try copies.openFolder()
      for name in ["plt", "libsample.so"] { try copyProgram(Machine.sample(name), to: "\(folder)/\(name)") }
      let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
      let target = try ChildProcess(nobody + ["\(folder)/plt", "60"])
      try #require(target.waitUntilReady())
      // As package managers do it: the new file takes the name, the old one lives on without.
      try copyProgram(Machine.sample("libconstructor.so"), to: "\(folder)/new.so")
      try #require(rename("\(folder)/new.so", "\(folder)/libsample.so") == 0)
      let outcome = try run(
        nobody + [copies.perfprof, "record", "-F", "997", "-d", "2", "-o", "out.folded", "-p", "\(target.pid)"],
        folder: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let folded = try #require(FoldedText(try String(contentsOfFile: "\(folder)/out.folded", encoding: .utf8)))
      #expect(folded.total > 500, "\(outcome.errors)")
      #expect(folded.rootedPercent >= 99.5, "\(outcome.errors)")
      let named = folded.percent(through: "main;call_many;library_step")
      #expect(named > 10, "\(outcome.errors)\(folded.stacks.prefix(9))")
    }
  }
}
