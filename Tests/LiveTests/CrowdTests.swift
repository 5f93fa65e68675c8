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
  }
}
