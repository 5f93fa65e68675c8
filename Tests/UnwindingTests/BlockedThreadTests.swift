import ProfileModel
import Testing

@testable import Unwinding

/// Of a thread that was not stopped only two registers are known. What the others hold must never show.
#if arch(x86_64)
  @Suite(.serialized) struct BlockedThreadTests {
    private static let strategies: [Unwinder.Strategy] = [.tables, .libunwind]

    /// The chain with everything but stack pointer and program counter replaced by `garbage`.
    private func chain(_ scenario: Scenario, _ strategy: Unwinder.Strategy, garbage: UInt64) throws -> Chain {
      let known = KnownRegisters.pointersOnly(.host)
      var registers = scenario.capture.registers
      for number in 0..<33 where known.bits & (1 << UInt64(number)) == 0 { registers[number] = garbage }
      var stack = UnwoundStack()
      let unwinder = try TestedUnwinder(scenario.process, strategy: strategy)
      // What an ordinary walk has left behind must not help either.
      _ = unwinder.chain(scenario.capture)
      let end = unwinder.unwind(
        pid: scenario.capture.pid, tid: scenario.capture.tid, motion: .runningOn, registers: registers,
        known: known, stack: scenario.capture.stack.rawSpan, into: &stack)
      return Chain(addresses: stack.frames.map(\.address), end: end, frames: stack.frames)
    }

    @Test(arguments: strategies, [["-O1"], ["-O1", "-static"], ["-O0", "-fno-omit-frame-pointer"]])
    func neverDependsOnWhatIsUnknown(strategy: Unwinder.Strategy, flags: [String]) throws {
      let scenario = try Scenario(Programs.recursion(depth: 20), flags)
      let whole = try scenario.chain(strategy)
      #expect(whole.end == .rooted)
      let sp = scenario.capture.registers[7]
      for garbage in [0, .max, sp, sp &+ 0x40] {
        let found = try chain(scenario, strategy, garbage: garbage)
        if found.end == .rooted {
          #expect(found == whole)
        } else {
          #expect(found.end == .truncated(.registerUnknown))
          #expect(whole.addresses.starts(with: found.addresses))
        }
      }
    }

    @Test(arguments: strategies)
    func goesOnByTheStackPointerAlone(strategy: Unwinder.Strategy) throws {
      let scenario = try Scenario(Programs.recursion(depth: 20), ["-O1", "-fomit-frame-pointer"])
      #expect(try chain(scenario, strategy, garbage: 0).end == .rooted)
    }

    @Test(arguments: strategies)
    func endsWhereTheFramePointerIsNeededAndNobodySavedIt(strategy: Unwinder.Strategy) throws {
      let source = """
        #include <unistd.h>
        int main() {
          long result;
          __asm__ volatile("syscall" : "=a"(result) : "0"(62l), "D"((long)getpid()), "S"(19l) : "rcx", "r11", "memory");
          return (int)result;
        }
        """
      let scenario = try Scenario(source, ["-O0", "-fno-omit-frame-pointer"])
      #expect(try scenario.chain(strategy).end == .rooted)
      let found = try chain(scenario, strategy, garbage: scenario.capture.registers[6])
      #expect(found.end == .truncated(.registerUnknown))
      #expect(found.frames.count == 1)
    }

    @Test(arguments: strategies)
    func knowsAllAgainBehindASignal(strategy: Unwinder.Strategy) throws {
      let scenario = try Scenario(Programs.faultHandler, ["-O1", "-fomit-frame-pointer"])
      #expect(try chain(scenario, strategy, garbage: 0) == scenario.chain(strategy))
    }
  }
#endif
