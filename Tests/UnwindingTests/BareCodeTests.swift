import Foundation
import ProfileModel
import Sampling
import Testing

@testable import Unwinding

/// Unwinds code without unwind information between all of its instructions and compares with an account of the calls
/// that were made: no caller may be invented or left out, and what is rooted must have them all.
#if arch(x86_64)
  @Suite(.serialized) struct BareCodeTests {
    /// Where the calls and a chain agree.
    struct Agreement {
      var (compared, rooted) = (0, 0)
      var failures: [String] = []
    }

    static let samples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Samples").path

    @Test(arguments: [
      ["-O2", "-fno-omit-frame-pointer"], ["-O2", "-fno-omit-frame-pointer", "-momit-leaf-frame-pointer"],
      ["-O2", "-fno-omit-frame-pointer", "-mno-red-zone", "-fcf-protection=none"], ["-O0", "-fno-omit-frame-pointer"],
      ["-O2", "-fomit-frame-pointer"], ["-Os", "-fomit-frame-pointer"], ["-O3", "-fomit-frame-pointer", "-static"],
    ])
    func compiledCodeIsRootedWithoutTables(flags: [String]) throws {
      let program = try CompiledProgram(Programs.manyPaths, flags + ["-fno-asynchronous-unwind-tables", "-lm"])
      let agreement = try judge([program.path], path: program.path)
      #expect(agreement.compared > 900)
      #expect(agreement.failures.isEmpty, "\(agreement.failures.count): \(agreement.failures.prefix(4).joined())")
      // Where arguments are pushed and dropped at once, as for size, ways may not be seen to agree.
      let permille = flags.contains("-Os") ? 940 : 999
      #expect(agreement.rooted * 1_000 >= agreement.compared * permille, "\(agreement.rooted) of \(agreement.compared)")
    }

    @Test(arguments: [[], ["-s"], ["-O1"]])
    func handWrittenCodeIsRightOrCut(flags: [String]) throws {
      let folder = Self.samples + "/Assembly"
      let source = try String(contentsOfFile: folder + "/shapes.c", encoding: .utf8)
      let program = try CompiledProgram(
        source,
        ["-O2", "-fno-omit-frame-pointer"] + flags
          + ["-I", Self.samples + "/Common", "-x", "assembler-with-cpp", folder + "/shapes.S"])
      let agreement = try judge([program.path, "0.000001", "3"], path: program.path)
      #expect(agreement.compared > 4_000)
      #expect(agreement.failures.isEmpty, "\(agreement.failures.count): \(agreement.failures.prefix(4).joined())")
      // Coroutines have no root, and a function that pops its arguments, or is left by a jump, may have none.
      #expect(agreement.rooted * 100 >= agreement.compared * 85, "\(agreement.rooted) of \(agreement.compared)")
    }

    private func judge(_ command: [String], path: String) throws -> Agreement {
      let process = try SteppedProcess(command)
      let unwinder = TestedUnwinder(options: .init(strategy: .tables))
      var images = MappedImages(pid: process.pid)
      var agreement = Agreement()
      var (steps, isStarted) = (0, false)
      repeat {
        if process.mayHaveMapped { try images.update(unwinder) }
        steps += 1
        // The dynamic linker's start has its own tests.
        let isInProgram = images.path(process.registers[16]) == path
        isStarted = isStarted || isInProgram && process.calls.count >= 2
        guard isStarted, isInProgram || steps.isMultiple(of: 29) else { continue }
        agreement.compared += 1
        let chain = unwinder.chain(try process.capture(dumpBytes: 16_384))
        if chain.end == .rooted { agreement.rooted += 1 }
        let callers = Array(chain.addresses.dropFirst())
        let expected = process.calls.reversed().filter { $0.slot - process.registers[7] < 1 << 23 }.map(\.address)
        let isRight = chain.end == .rooted ? callers == expected : Array(expected.prefix(callers.count)) == callers
        if !isRight {
          agreement.failures.append(
            "step \(steps): \(chain.end) \(images.describe(chain.addresses)) instead of \(images.describe(expected))\n")
        }
      } while try steps < 1_000_000 && process.step()
      return agreement
    }
  }
#endif
