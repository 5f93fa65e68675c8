// What a frame costs by tables and by libunwind, on the same dumps of a program, in one run.
//
// usage: UnwindingBenchmark COUNT COMMAND…      (takes COUNT stack dumps of the command's first thread; x86-64)
//
// Ends with status 1 when a walk by warm tables allocates, when the chains of both differ for more than 1 in 100 dumps
// (epilogues: see JudgeTests), or when tables are less than ten times as fast.

import BinaryReading
import CAllocationCount
import Glibc
import Processes
import ProfileModel
import Unwinding

guard CommandLine.arguments.count > 2, let count = Int(CommandLine.arguments[1]), count > 0 else {
  print("usage: UnwindingBenchmark COUNT COMMAND…")
  exit(64)
}

/// Processor time of this thread, which other programs don't add to.
func nanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// What passes over all dumps cost.
struct Outcome {
  var firstMilliseconds = 0.0
  var coldNanoseconds = 0.0
  var warmNanoseconds = Double.infinity
  var allocations: UInt = 0
  var frames = 0
  var rooted = 0
  var chains: [[UInt64]] = []
}

func measure(_ strategy: Unwinder.Strategy, _ dumps: [Dump], of command: SampledCommand, passes: Int) throws -> Outcome
{
  let (unwinder, space) = try command.unwinder(strategy)
  let memory = ProcessMemory(pid: command.pid)
  var stack = UnwoundStack()
  var outcome = Outcome()
  for pass in 0..<passes {
    var frames = 0
    let allocations = allocation_count()
    let start = nanoseconds()
    for (index, dump) in dumps.enumerated() {
      let end = unwinder.unwind(
        in: space, memory: memory, motion: .runningOn, registers: dump.registers, stack: dump.stack.rawSpan,
        into: &stack)
      frames += stack.depth
      if pass == 0, index == 0 { outcome.firstMilliseconds = Double(nanoseconds() - start) / 1e6 }
      if pass == 0, end == .rooted { outcome.rooted += 1 }
    }
    let perFrame = Double(nanoseconds() - start) / Double(max(1, frames))
    outcome.frames = frames
    if pass == 0 {
      outcome.coldNanoseconds = perFrame
    } else {
      // The least of all passes: what others do to the caches can only add time.
      outcome.warmNanoseconds = min(outcome.warmNanoseconds, perFrame)
      outcome.allocations += allocation_count() - allocations
    }
  }
  for dump in dumps {
    _ = unwinder.unwind(
      in: space, memory: memory, motion: .runningOn, registers: dump.registers, stack: dump.stack.rawSpan,
      into: &stack)
    outcome.chains.append(stack.frames.map(\.address))
  }
  return outcome
}

let command = try SampledCommand(Array(CommandLine.arguments[2...]))
let dumps = command.dumps(count)
guard !dumps.isEmpty else {
  print("the command ended before a dump was taken")
  exit(69)
}
let tables = try measure(.tables, dumps, of: command, passes: 12)
let libunwind = try measure(.libunwind, dumps, of: command, passes: 4)
let same = dumps.indices.count { tables.chains[$0] == libunwind.chains[$0] }
print("\(dumps.count) dumps of \(dumps.map(\.stack.count).reduce(0, +) / dumps.count) bytes, \(tables.frames) frames")
for (name, outcome) in [("tables", tables), ("libunwind", libunwind)] {
  print(
    "\(name): first stack \(Int(outcome.firstMilliseconds)) ms, ns a frame \(Int(outcome.coldNanoseconds)) cold, "
      + "\(Int(outcome.warmNanoseconds)) warm, \(outcome.rooted) rooted, \(outcome.allocations) allocations warm")
}
let ratio = libunwind.warmNanoseconds / tables.warmNanoseconds
print("ratio \(Int(ratio * 10) / 10), \(same) chains the same")
exit(tables.allocations == 0 && ratio >= 10 && same * 100 >= dumps.count * 99 ? 0 : 1)
