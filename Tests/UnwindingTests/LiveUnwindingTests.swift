import ProfileModel
import Testing

@testable import Unwinding

/// Unwinds real programs that stop themselves at a known place.
@Suite(.serialized) struct LiveUnwindingTests {
  static let strategies: [Unwinder.Strategy] = [.tables, .libunwind]

  private static func recursion(depth: Int) -> String {
    """
    #include <signal.h>
    __attribute__((noinline)) int down(int n) { if (n == 0) { raise(SIGSTOP); return 1; } return down(n - 1) + n; }
    int main(void) { return down(\(depth)) & 1; }
    """
  }

  @Test(
    arguments: strategies,
    [["-O1"], ["-O1", "-fomit-frame-pointer", "-static"], ["-O1", "-no-pie"], ["-O1", "-static-pie"]])
  func rootsAHundredCallsDeep(strategy: Unwinder.Strategy, flags: [String]) throws {
    let program = try CompiledProgram(Self.recursion(depth: 100), flags)
    let process = try StoppedProcess([program.path])
    let chain = try Unwinder(process, strategy: strategy).chain(process.capture())
    #expect(chain.end == .rooted)
    #expect((103...112).contains(chain.addresses.count))
  }
}
