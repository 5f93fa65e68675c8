import ProfileModel
import Sampling
import Testing

@testable import Unwinding

/// Unwinds between instructions and compares with an account of the calls that were made: start-up, lazy binding,
/// linkage stubs, prologues, epilogues, exceptions. No other unwinder is asked.
#if arch(x86_64)
  @Suite(.serialized) struct SteppingTests {
    @Test(arguments: [["-O2", "-Wl,-z,lazy", "-lm"], ["-O0", "-static", "-lm"], ["-Os", "-static-pie", "-lm"]])
    func agreesWithTheCallsThatWereMade(flags: [String]) throws {
      try compare(try CompiledProgram(Programs.manyPaths, flags))
    }

    /// 32-bit programs, on the same kernel. What is found must be true to the last frame; where tables lie, as those of
    /// glibc's hand-written string functions do, which count pushes the wrong way, the stack may end early.
    @Test(
      .enabled(if: canCompileNarrow, "needs libc6-dev-i386 and lib32gcc-12-dev"),
      arguments: [
        ["-O2", "-Wl,-z,lazy", "-lm"], ["-O0", "-static", "-lm"], ["-Os", "-no-pie", "-fno-pie", "-lm"],
        ["-O2", "-fno-omit-frame-pointer", "-Wl,-z,now", "-lm"],
      ])
    func agreesWithTheCallsOfNarrowPrograms(flags: [String]) throws {
      try compare(
        try CompiledProgram(Programs.manyPaths, ["-m32"] + flags, compiler: "gcc"), architecture: .i386,
        completePercent: 97)
    }

    /// Whether there is a C compiler for 32-bit programs.
    static let canCompileNarrow =
      (try? CompiledProgram("int main(void) { return 0; }", ["-m32"], compiler: "gcc")) != nil

    private func compare(
      _ program: CompiledProgram, architecture: Architecture = .host, completePercent: Double = 100
    ) throws {
      let symbols = try Symbols(path: program.path)
      let process = try SteppedProcess([program.path], architecture: architecture)
      let unwinder = TestedUnwinder(options: .init(strategy: .tables))
      var images = MappedImages(pid: process.pid)
      var (steps, compared, incomplete, failures) = (0, 0, 0, [String]())
      var isInMain = false
      var seen: [UInt64: Int] = [:]
      repeat {
        if process.mayHaveMapped { try images.update(unwinder) }
        steps += 1
        isInMain = isInMain || images.name(process.programCounter, symbols, program.path) == "main"
        // The dynamic linker's start takes most of the time and is much the same everywhere; so are the 32-bit libraries'.
        let path = images.path(process.programCounter)
        let isInLinker = architecture == .i386 ? path != program.path : path?.contains("/ld-linux") == true
        guard isInMain || !isInLinker || steps.isMultiple(of: 61) else { continue }
        // How often a loop goes round may depend on the clock, and shares are of the program, not of that.
        seen[process.programCounter, default: 0] += 1
        guard seen[process.programCounter, default: 0] <= 100 else { continue }
        compared += 1
        let chain = unwinder.chain(try process.capture(dumpBytes: 16_384))
        let expected = process.calls.reversed().map(\.address)
        if completePercent < 100, chain.end != .rooted, expected.starts(with: chain.addresses.dropFirst()) {
          incomplete += 1
          continue
        }
        if Array(chain.addresses.dropFirst()) != expected || chain.end != .rooted {
          failures.append(
            "step \(steps): \(chain.end) \(images.describe(chain.addresses)) instead of \(images.describe(expected))")
        }
      } while try steps < 400_000 && process.step()
      #expect(isInMain)
      #expect(Double(incomplete) <= Double(compared) * (1 - completePercent / 100), "\(incomplete) of \(compared)")
      #expect(compared > 2_000)
      #expect(failures.isEmpty, "\(failures.count) of \(compared): \(failures.prefix(4).joined(separator: "\n"))")
    }
  }
#endif
