import Testing

#if arch(x86_64)
  extension LiveTests {
    /// Code without unwind information, in which a register that is no frame pointer, or a return address that was left
    /// behind, leads astray.
    @Suite struct BareCode {
      @Test("Return addresses left by earlier calls are not callers")
      func staleReturnAddresses() throws {
        let folded = try Recorded.sample("stale").folded
        #expect(folded.percent(through: "main;work;hash*") >= 98)
        #expect(folded.rootedPercent >= 99.5)
        let others: Set = ["parse", "expression", "term", "token"]
        let invented = folded.percent { frames in
          frames.last?.hasPrefix("hash") == true && !others.isDisjoint(with: frames)
        }
        #expect(invented == 0)
      }

      @Test("Neither tables nor frame pointers are needed where the code is compiled")
      func compiledCode() throws {
        let recorded = try Recorded.sample("frames-nofp-nocfi")
        KnownShares(sample: "frames-nofp-nocfi", percent: KnownShares.frames).expect(in: recorded)
      }

      @Test("Hand-written code has its true callers, or is cut")
      func handWrittenCode() throws {
        let recorded = try Recorded.sample("shapes", ["60", "20000"], seconds: 4)
        let folded = recorded.folded
        for stack in folded.stacks where stack.frames.last == "leaf" || stack.frames.last == "shape_own" {
          let path = stack.frames.drop { $0 != "main" }
          let isCut = stack.frames.contains { $0.hasPrefix("[truncated: ") }
          guard !path.isEmpty else {
            // Nobody calls where a coroutine begins.
            #expect(isCut, "\(stack.frames)")
            continue
          }
          #expect(Self.isTrue(Array(path)), "\(stack.frames)")
        }
        for name in ["zero", "keep", "object", "buffer", "dead", "above", "bare", "own"] {
          #expect(folded.percent(through: "main;via_\(name);shape_\(name)") > 1, "\(name)\n\(recorded.summary)")
        }
        #expect(folded.rootedPercent > 80, "\(recorded.summary)")
      }

      /// Whether a path from `main` on is one that the program takes.
      private static func isTrue(_ path: [String]) -> Bool {
        guard path.count >= 3, path[1].hasPrefix("via_") else { return path == ["main", "leaf"] }
        let name = path[1].dropFirst(4)
        switch name {
        case "own": return path == ["main", "via_own", "shape_own"]
        case "tail": return path == ["main", "via_tail", "shape_keep", "leaf"]
        case "pointer": return path == ["main", "via_pointer", "shape_bare", "leaf"]
        case "never": return path == ["main", "via_never", "shape_never", "leave_by_way_out", "leaf"]
        case "popping": return path == ["main", "via_popping", "shape_popping", "take_two", "leaf"]
        default: return path == ["main", "via_\(name)", "shape_\(name)", "leaf"]
        }
      }
    }
  }
#endif
