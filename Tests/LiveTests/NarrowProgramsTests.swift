import Foundation
import Testing

extension KnownShares {
  /// 32-bit programs of x86, linked, stripped and unwound in every way.
  ///
  /// A unit of work, in 64-bit arithmetic, takes them longer, so that there are fewer rounds.
  static let narrow =
    [
      "shares-i386", "shares-static-i386", "shares-nopie-i386", "shares-compressed-i386", "shares-debuglink-i386",
    ].map {
      KnownShares(
        sample: $0,
        percent: ["main;round_of_work;twenty": 20, "main;round_of_work;thirty": 30, "main;round_of_work;fifty": 50],
        tolerance: 3)
    }
    + ["frames-fp-i386", "frames-nofp-i386", "frames-nofp-O0-i386", "frames-fp-nocfi-i386", "frames-debugframe-i386"]
    .map {
      KnownShares(
        sample: $0,
        percent: ["main;outer;middle;inner;leaf": 60, "main;outer;middle;variable_frame;leaf": 40], tolerance: 3)
    } + [
      KnownShares(
        sample: "threads-i386", percent: ["thread_main;odd_work": 50, "thread_main;even_work": 50], tolerance: 3),
      KnownShares(
        sample: "signals-i386",
        percent: ["main;interrupted_work": 100, "main;interrupted_work;on_signal;handler_work": 50],
        tolerance: 3),
      // The handler takes most of the time between two signals, or all of it.
      KnownShares(
        sample: "altstack-i386",
        percent: ["main;interrupted_work": 100, "main;interrupted_work;on_timer;handler_work": 65], tolerance: 34,
        // As of the 64-bit program: the first samples tell where the other stack is found.
        rooted: 95),
      KnownShares(sample: "vdso-i386", percent: ["main;read_clock": 99.5], rooted: 99),
      KnownShares(sample: "plt-i386", percent: ["main;call_many": 99.5]),
    ]
}

extension LiveTests {
  /// 32-bit programs on a 64-bit kernel.
  @Suite(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: Machine.sample("sorting-i386")),
      "needs samples for i386: libc6-dev-i386, lib32gcc-12-dev"))
  struct NarrowPrograms {
    @Test("Known shares of known stacks", arguments: KnownShares.narrow)
    func shares(_ known: KnownShares) throws {
      let recorded = try Recorded.sample(known.sample, known.arguments, seconds: 4)
      known.expect(in: recorded)
      expectNote(in: recorded, named: known.sample)
    }

    @Test("The ptrace sampler sees the same", arguments: ["shares-i386", "frames-nofp-i386", "signals-i386"])
    func ptrace(_ sample: String) throws {
      var known = try #require(KnownShares.narrow.first { $0.sample == sample })
      known.tolerance = 6
      let recorded = try Recorded.sample(sample, seconds: 4, options: ["--sampler", "ptrace", "-F", "199"])
      known.expect(in: recorded)
      #expect(recorded.info["sampler"] as? String == "ptrace")
    }

    /// No leaf without its callers, no comparison outside of a sort; nothing nameless counted as named.
    @Test(
      "Every frame in its place, and samples counted as what they are",
      arguments: ["sorting-i386", "sorting-static-i386", "sorting-static-nofp-i386"])
    func sorting(_ sample: String) throws {
      let recorded = try Recorded.sample(sample, seconds: 3)
      let folded = recorded.folded
      for (leaf, path) in [("leaf", "main;outer;middle;leaf"), ("compare", "main;sorts;*qsort*;compare")] {
        let share = folded.percent { $0.contains(leaf) }
        #expect(share > 5, "\(recorded.summary)")
        #expect(folded.percent(through: path) >= share * 0.995, "\(path)\n\(recorded.summary)")
      }
      #expect(folded.rootedPercent >= 99, "\(recorded.summary)")
      expectNote(in: recorded, named: sample)
      let nameless = folded.percent { $0.last?.contains("+0x") ?? true || $0.last?.hasPrefix("[truncated") ?? true }
      let symbolized = try #require(recorded.number("selfSamples", "symbolized"))
      let unsymbolized = try #require(recorded.number("selfSamples", "unsymbolized"))
      #expect(abs(100 * unsymbolized / (symbolized + unsymbolized) - nameless) < 0.1, "\(recorded.summary)")
    }

    /// What can't be proven is cut: the leaf is there, and a reason, or the true chain.
    @Test("Without frame pointers and unwind information a stack says that it has no root")
    func noUnwindInformation() throws {
      let recorded = try Recorded.sample("frames-nofp-nocfi-i386")
      #expect(recorded.folded.percent { $0.contains("leaf") } >= 98, "\(recorded.summary)")
      let honest = recorded.folded.percent { frames in
        frames.contains { $0.hasPrefix("[truncated: ") } || frames.contains("main")
      }
      #expect(honest >= 99.5, "\(recorded.summary)")
      let wrong = recorded.folded.percent { frames in
        frames.contains("leaf") && frames.contains("main") && !frames.contains("outer")
      }
      #expect(wrong == 0, "\(recorded.summary)")
    }

    @Test("Recursion, to the frame", arguments: [10, 100, 400])
    func recursion(_ depth: Int) throws {
      let recorded = try Recorded.sample("recursion-i386", ["\(depth)", "60"])
      let exact = recorded.folded.percent { $0.filter { $0 == "descend" }.count == depth && $0.contains("main") }
      #expect(exact >= 99, "\(exact) % of the stacks are \(depth) deep\n\(recorded.summary)")
    }

    @Test(
      "A program that becomes one of the other word size",
      arguments: [("becomes", "sorting-i386"), ("becomes-i386", "sorting")])
    func exec(_ first: String, _ second: String) throws {
      let recorded = try Recorded.command([Machine.sample(first), Machine.sample(second), "2"])
      let folded = recorded.folded
      #expect(folded.percent(through: "main;work_before") > 3, "\(recorded.summary)")
      #expect(folded.percent(through: "main;outer;middle;leaf") > 10, "\(recorded.summary)")
      #expect(folded.rootedPercent >= 98, "\(recorded.summary)")
    }

    /// Without randomization the stack ends where the address space does, and the kernel's records have odd lengths.
    @Test("A stack at the very end of the address space")
    func stackAtTheEnd() throws {
      let recorded = try Recorded.command(["setarch", "-R", Machine.sample("shares-i386"), "2"])
      #expect(recorded.folded.rootedPercent >= 99, "\(recorded.summary)")
      #expect(abs(recorded.folded.percent(through: "main;round_of_work;fifty") - 50) < 5, "\(recorded.summary)")
      let (used, sampled) = (recorded.info["cpuSecondsUsed"] as? Double, recorded.info["cpuSecondsSampled"] as? Double)
      #expect((sampled ?? 0) > 0.9 * (used ?? 9), "\(recorded.summary)")
    }

    @Test("Programs of both word sizes in one recording")
    func mixed() throws {
      let (wide, narrow) = ("sorting", "shares-i386")
      let targets = try [wide, narrow].map { try ChildProcess([Machine.sample($0), "60"]) }
      for target in targets { try #require(target.waitUntilReady()) }
      let recorded = try Recorded.attached(to: targets.map { "\($0.pid)" }.joined(separator: ","), seconds: 3)
      #expect(recorded.folded.rootedPercent >= 99, "\(recorded.summary)")
      #expect(recorded.folded.percent(through: "main;outer;middle;leaf") > 5, "\(recorded.summary)")
      #expect(recorded.folded.percent(through: "main;round_of_work;fifty") > 5, "\(recorded.summary)")
      expectNote(in: recorded, named: narrow)
      let notes = recorded.info["notes"] as? [String] ?? []
      #expect(!notes.contains { $0.hasPrefix("32-bit program \(wide):") })
    }

    /// The kernel cuts names off after 15 bytes.
    private func expectNote(in recorded: Recorded, named name: String) {
      let notes = recorded.info["notes"] as? [String] ?? []
      #expect(notes.contains { $0.hasPrefix("32-bit program \(name.prefix(15)): ") }, "\(notes)")
    }
  }
}
