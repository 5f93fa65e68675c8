import ArgumentParser
import Sampling

/// The options on what threads wait for.
struct WaitFlags: ParsableArguments {
  @Flag(
    name: .customLong("off-cpu"),
    help: "Sample what threads wait for instead of CPU time: value types off-cpu, runnable and idle, in nanoseconds.")
  var offCPU = false

  @Flag(help: "Sample CPU time and what threads wait for: value types samples, off-cpu, runnable and idle.")
  var wall = false

  @Flag(help: "With --off-cpu or --wall: show behind each wait who ended it, and with which stack (root).")
  var wakers = false

  /// The option that is in use.
  var option: String? { wall ? "--wall" : offCPU ? "--off-cpu" : nil }

  /// What it asks for.
  var choice: WaitSampling { wall ? .wall : offCPU ? .waits : .none }

  func validate() throws {
    if offCPU && wall { throw ValidationError("--wall has what --off-cpu shows: leave one of them out") }
    if wakers, option == nil { throw ValidationError("--wakers: tells who ends waits: add --off-cpu or --wall") }
  }
}
