import Testing

extension LiveTests {
  /// Known shares of known stacks, attached to by PID.
  @Suite struct Shares {
    @Test("Linking of every kind", arguments: KnownShares.linked)
    func linked(_ known: KnownShares) throws { try check(known) }

    @Test("Unwinding by whatever there is", arguments: KnownShares.unwound)
    func unwound(_ known: KnownShares) throws { try check(known) }

    @Test("Control flow that is no plain call", arguments: KnownShares.controlFlow)
    func controlFlow(_ known: KnownShares) throws { try check(known) }

    @Test("C++, Swift and Rust", arguments: KnownShares.languages)
    func languages(_ known: KnownShares) throws {
      // Rust's samples are built only where its compiler is at hand.
      guard !known.sample.hasPrefix("rusty") || Machine.path(of: "rustc") != nil else { return }
      try check(known)
    }

    @Test("Go", .enabled(if: Machine.path(of: "go") != nil, "needs Go"), arguments: KnownShares.go)
    func go(_ known: KnownShares) throws { try check(known) }

    @Test("Go that calls C, which calls Go back", .enabled(if: Machine.path(of: "go") != nil, "needs Go"))
    func goAndC() throws {
      let recorded = try Recorded.sample("gopher-cgo")
      let folded = recorded.folded
      let callback = folded.percent { $0.contains("main.goCallback") }
      #expect(callback > 20, "\(recorded.summary)")
      let path = "runtime.goexit*;main.callBack;*runtime.cgocall*;runtime.cgocallback*;*main.goCallback;main.chain"
      #expect(folded.percent(through: path) >= callback - 1, "\(recorded.summary)")
      // The goroutine's own stack is copied with the sample while C has the thread's, or the stack is cut.
      let inC = folded.percent { $0.contains("c_leaf") }
      #expect(inC > 10, "\(recorded.summary)")
      let whole = folded.percent(through: "runtime.goexit*;main.callC;*c_work;c_leaf")
      let cut = folded.percent { $0.contains("c_leaf") && $0.contains("[truncated: memory not in the sample]") }
      #expect(whole + cut >= inC - 0.5, "\(recorded.summary)")
      #expect(Machine.isRoot ? whole >= inC * 0.9 : true, "\(recorded.summary)")
      #expect(folded.rootedPercent >= 99.5 - cut, "\(recorded.summary)")
    }

    @Test("The ptrace sampler sees the same", arguments: [KnownShares.linked[0], KnownShares.unwound[1]])
    func ptrace(_ known: KnownShares) throws {
      let recorded = try Recorded.sample(
        known.sample, known.arguments, seconds: 3, options: ["--sampler", "ptrace", "-F", "199"])
      // A pause every 5 ms lets the scheduler in: shares are looser than with perf events.
      var loose = known
      loose.tolerance = 5
      loose.expect(in: recorded)
      #expect(recorded.info["sampler"] as? String == "ptrace")
    }

    private func check(_ known: KnownShares) throws {
      known.expect(in: try Recorded.sample(known.sample, known.arguments))
    }
  }

  /// Stacks whose exact shape is known.
  @Suite struct Shapes {
    @Test("Recursion, to the frame", arguments: [10, 100])
    func recursion(_ depth: Int) throws {
      let recorded = try Recorded.sample("recursion", ["\(depth)", "60"], options: ["--max-depth", "3000"])
      let exact = recorded.folded.percent { $0.filter { $0 == "descend" }.count == depth && $0.contains("main") }
      #expect(exact >= 99, "\(exact) % of the stacks are \(depth) deep\n\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 99.5)
    }

    @Test("Recursion deeper than a dump is whole or cut, and never as deep as it was not")
    func deepRecursion() throws {
      let recorded = try Recorded.sample("recursion", ["2000", "60"], options: ["--max-depth", "3000"])
      let folded = recorded.folded
      let exact = folded.percent { $0.filter { $0 == "descend" }.count == 2000 && $0.contains("main") }
      let cut = folded.percent { $0.contains("[truncated: stack dump too short]") }
      #expect(exact + cut >= 99.5, "\(recorded.summary)")
      #expect(abs(folded.rootedPercent - exact) < 0.5, "\(recorded.summary)")
      // The first samples tell that more has to be copied, where it may be.
      #expect(Machine.isRoot ? exact >= 95 : true, "\(recorded.summary)")
    }

    @Test("Recursion deeper than anything that is copied with a sample is cut and counted")
    func deepestRecursion() throws {
      let recorded = try Recorded.sample("recursion", ["100000", "60"])
      #expect(recorded.folded.percent { $0.contains("[truncated: stack dump too short]") } >= 99, "\(recorded.summary)")
    }

    @Test(
      "Two ways into the same functions beyond the dump are told apart", arguments: ["deep", "wide", "tree", "signal"])
    func twoWays(_ how: String) throws {
      let recorded = try Recorded.sample("twoways", [how, "60"], seconds: 3)
      Self.expectNoMixture(of: recorded)
      #expect(Machine.isRoot ? recorded.folded.rootedPercent >= 95 : true, "\(recorded.summary)")
      let stopped = try Recorded.sample("twoways", [how, "60"], seconds: 2, options: ["--sampler", "ptrace"])
      Self.expectNoMixture(of: stopped)
      #expect(stopped.folded.rootedPercent >= 98, "\(stopped.summary)")
    }

    @Test("Two ways from goroutines into C are told apart", .enabled(if: Machine.path(of: "go") != nil, "needs Go"))
    func twoWaysInGo() throws {
      let recorded = try Recorded.sample("gopher-two", seconds: 3)
      Self.expectNoMixture(of: recorded)
      #expect(Machine.isRoot ? recorded.folded.rootedPercent >= 90 : true, "\(recorded.summary)")
    }

    /// What can't be: one way's leaf below the other way. What is cut says so.
    private static func expectNoMixture(of recorded: Recorded) {
      func passes(_ frames: [String], _ name: String) -> Bool { frames.contains { $0.lowercased().hasSuffix(name) } }
      let mixed = recorded.folded.percent {
        passes($0, "leaf_a") && (passes($0, "via_b") || passes($0, "viab"))
          || passes($0, "leaf_b") && (passes($0, "via_a") || passes($0, "viaa"))
      }
      #expect(mixed <= 0.1, "\(recorded.summary)")
      let told = recorded.folded.percent {
        (passes($0, "leaf_a") || passes($0, "leaf_b")) && !$0.contains { $0.hasPrefix("[truncated") }
      }
      let way = recorded.folded.percent {
        (passes($0, "leaf_a") && (passes($0, "via_a") || passes($0, "viaa")))
          || (passes($0, "leaf_b") && (passes($0, "via_b") || passes($0, "viab")))
      }
      #expect(way >= told - 0.1, "\(recorded.summary)")
    }

    @Test("Recursion past the limit keeps its root and says how much it left out")
    func recursionPastTheLimit() throws {
      let recorded = try Recorded.sample("recursion", ["100000", "60"], options: ["--sampler", "ptrace", "-F", "199"])
      let folded = recorded.folded
      #expect(folded.percent(through: "main;start;descend;*frames elided];descend;bottom") >= 99, "\(recorded.summary)")
      #expect(folded.rootedPercent >= 99.5)
      let elided = folded.stacks.flatMap(\.frames).compactMap { frame in
        frame.hasPrefix("[") && frame.hasSuffix(" frames elided]")
          ? Int(frame.dropFirst().split(separator: " ")[0]) : nil
      }
      #expect(elided.allSatisfy { $0 > 97_000 && $0 < 100_000 })
      #expect(folded.stacks.allSatisfy { $0.frames.count <= 2048 + 8 })
    }

    @Test("Without frame pointers and unwind information a stack says that it has no root")
    func noUnwindInformation() throws {
      let recorded = try Recorded.sample("frames-nofp-nocfi")
      let folded = recorded.folded
      let leaf = folded.percent { $0.last == "leaf" }
      #expect(leaf >= 99, "\(recorded.summary)")
      // What can't be known must not be made up: either truncated, or with the true chain by luck of the registers.
      let honest = folded.percent {
        $0.contains { $0.hasPrefix("[truncated: ") } || $0.contains("main")
      }
      #expect(honest >= 99.5, "\(recorded.summary)")
    }

    @Test("A stripped program's frames are named by module and function start")
    func stripped() throws {
      let recorded = try Recorded.sample("frames-stripped")
      #expect(recorded.folded.rootedPercent >= 99.5, "\(recorded.summary)")
      let named = recorded.folded.percent { $0.last?.hasPrefix("frames-stripped+0x") ?? false }
      #expect(named >= 98, "\(recorded.summary)")
    }

    @Test("Work in a constructor, while the dynamic linker starts the program")
    func constructor() throws {
      let recorded = try Recorded.command(
        [Machine.sample("constructor-main")], environment: ["SAMPLE_SECONDS": "1"])
      #expect(recorded.folded.percent(through: "constructor_work") >= 97, "\(recorded.summary)")
      #expect(recorded.folded.rootedPercent >= 99, "\(recorded.summary)")
    }

    @Test("Processes that fork and exec")
    func forkAndExec() throws {
      let recorded = try Recorded.sample("forkexec", seconds: 3)
      for path in ["main;parent_work", "main;run_child;child_work", "main;after_exec"] {
        let percent = recorded.folded.percent(through: path)
        #expect(abs(percent - 33.3) <= 3, "\(path): \(percent) %\n\(recorded.summary)")
      }
      #expect(try #require(recorded.number("processes")) > 10)
    }

    @Test("A vfork child that works on its parent's stack")
    func vfork() throws {
      let recorded = try Recorded.sample("vforked", seconds: 3)
      #expect(abs(recorded.folded.percent(through: "main;parent_work") - 50) <= 3, "\(recorded.summary)")
      #expect(abs(recorded.folded.percent(through: "main;vforked_work") - 50) <= 3, "\(recorded.summary)")
    }

    @Test(
      "Inlined calls are frames of their own, marked",
      arguments: [
        "inlining", "inlining-dwarf4", "inlining-split", "inlining-dwp",
      ])
    func inlined(_ sample: String) throws {
      let recorded = try Recorded.sample(sample)
      let text = try recorded.folder.text("out.folded")
      #expect(text.contains("_[i]"), "\(recorded.summary)")
      let path = "main;shop::Till::serve*;shop::Till::weigh*;*scale<3>*"
      #expect(abs(recorded.folded.percent(through: path) - 30) <= 2, "\(recorded.summary)")
    }
  }
}
