import ProfileModel
import Testing

@testable import Unwinding

/// Unwinds real programs that stop themselves at a known place, both ways.
@Suite(.serialized) struct LiveUnwindingTests {
  static let strategies: [Unwinder.Strategy] = [.tables, .libunwind]

  @Test(
    arguments: strategies,
    [
      ["-O1"], ["-O1", "-fomit-frame-pointer", "-static"], ["-O1", "-no-pie"], ["-O1", "-static-pie"],
      ["-O0", "-fno-omit-frame-pointer"],
    ])
  func rootsAHundredCallsDeep(strategy: Unwinder.Strategy, flags: [String]) throws {
    let scenario = try Scenario(Programs.recursion(depth: 100), flags)
    let chain = try scenario.chain(strategy)
    #expect(chain.end == .rooted)
    #expect(scenario.names(chain).prefix(20).contains("down"))
    #expect(chain.frames.count { scenario.symbols.name($0.statedLookupAddress) == "down" } >= 101)
    #expect(scenario.names(chain).contains("main"))
  }

  @Test(arguments: strategies)
  func rootsAHundredThousandCallsDeepAndShowsTheCut(strategy: Unwinder.Strategy) throws {
    let scenario = try Scenario(Programs.recursion(depth: 100_000))
    let chain = try scenario.chain(strategy)
    #expect(chain.end == .rooted)
    #expect(chain.frames.count == 2_048)
    #expect(chain.elided?.position == 1_024)
    #expect((97_953...97_973).contains(chain.elided?.count ?? 0))
    #expect(scenario.names(chain).suffix(2) == ["main", "_start"])
  }

  @Test(arguments: strategies)
  func readsOnBehindTheDumpOnlyIfTheThreadStandsStill(strategy: Unwinder.Strategy) throws {
    let scenario = try Scenario(Programs.recursion(depth: 1_000), dumpBytes: 8_192)
    #expect(try scenario.chain(strategy).end == .rooted)
    // Nothing has changed, but of a thread that has run on nobody knows that.
    let chain = try scenario.chain(strategy, motion: .runningOn)
    #expect(chain.end == .truncated(.stackDumpTooShort))
    #expect(chain.frames.count > 100)
    #expect(scenario.names(chain) == ["down"])
  }

  @Test(arguments: strategies)
  func readsAnInterruptedStackOnlyIfTheThreadStandsStill(strategy: Unwinder.Strategy) throws {
    let scenario = try Scenario(Programs.faultHandlerOnOwnStack)
    #expect(try scenario.names(scenario.chain(strategy)) == ["handler", "crash", "outer", "main", "_start"])
    let chain = try scenario.chain(strategy, motion: .runningOn)
    #expect(chain.end == .truncated(.memoryNotSampled))
    // The handler's own stack holds where it came in.
    #expect(scenario.names(chain).prefix(2) == ["handler", "crash"])
  }

  @Test(arguments: strategies, [Programs.faultHandler, Programs.faultHandlerOnOwnStack, Programs.bareRestorer])
  func passesThroughSignalHandlers(strategy: Unwinder.Strategy, source: String) throws {
    let scenario = try Scenario(source)
    let chain = try scenario.chain(strategy)
    #expect(chain.end == .rooted)
    #expect(scenario.names(chain).filter { $0 != "restorer" } == ["handler", "crash", "outer", "main", "_start"])
    let interrupted = chain.frames.first { scenario.symbols.name($0.statedLookupAddress) == "crash" }
    #expect(interrupted?.isReturnAddress == false)
  }

  @Test(arguments: strategies)
  func rootsCoroutinesAtTheirFirstFunction(strategy: Unwinder.Strategy) throws {
    let scenario = try Scenario(Programs.coroutine)
    let chain = try scenario.chain(strategy)
    #expect(chain.end == .rooted)
    #expect(scenario.names(chain) == ["inside", "coroutine"])
  }

  @Test(arguments: strategies, [["-O1", "-pthread"], ["-O1", "-pthread", "-static"]])
  func rootsThreads(strategy: Unwinder.Strategy, flags: [String]) throws {
    let scenario = try Scenario(Programs.thread, flags, thread: true)
    let chain = try scenario.chain(strategy)
    #expect(chain.end == .rooted)
    #expect(scenario.names(chain).contains("inside"))
    #expect(scenario.names(chain).contains("start_here"))
    #expect(!scenario.names(chain).contains("main"))
  }

  @Test(arguments: strategies)
  func usesFramePointersWhereThereIsNoUnwindInformation(strategy: Unwinder.Strategy) throws {
    let scenario = try Scenario(
      Programs.recursion(depth: 20), ["-O1", "-fno-asynchronous-unwind-tables", "-fno-omit-frame-pointer"])
    let chain = try scenario.chain(strategy)
    #expect(chain.end == .rooted)
    #expect(chain.frames.count { scenario.symbols.name($0.statedLookupAddress) == "down" } >= 21)
  }

  @Test(arguments: strategies)
  func goesByTheCodeWhereThereAreNoFramePointersEither(strategy: Unwinder.Strategy) throws {
    let scenario = try Scenario(
      Programs.noFramePointer, ["-O1", "-fno-asynchronous-unwind-tables", "-fomit-frame-pointer"])
    let chain = try scenario.chain(strategy)
    #expect(chain.end == .rooted)
    #expect(scenario.names(chain) == ["inside", "main", "_start"])
  }

  @Test(arguments: strategies)
  func saysWhichModuleHasNoUnwindInformation(strategy: Unwinder.Strategy) throws {
    // Goes on by a pointer that nobody knows, and its beginning is not known either.
    let scenario = try Scenario(
      Programs.noWayOut, ["-O1", "-fno-asynchronous-unwind-tables", "-fomit-frame-pointer", "-s"])
    #expect(try scenario.chain(strategy).end == .truncated(.noUnwindInfo(module: "program")))
  }

  @Test(arguments: strategies)
  func followsFramePointersThroughGeneratedCode(strategy: Unwinder.Strategy) throws {
    let scenario = try Scenario(Programs.generatedCode)
    let chain = try scenario.chain(strategy)
    #expect(chain.end == .rooted)
    #expect(chain.frames.contains { $0.module == UnwoundStack.Frame.noModule })
    #expect(scenario.names(chain) == ["target", "main", "_start"])
  }

  @Test(arguments: strategies)
  func passesOverACallToNowhere(strategy: Unwinder.Strategy) throws {
    let scenario = try Scenario(Programs.callToNowhere)
    let chain = try scenario.chain(strategy)
    #expect(chain.end == .rooted)
    #expect(scenario.names(chain) == ["handler", "wild", "main", "_start"])
  }
}
