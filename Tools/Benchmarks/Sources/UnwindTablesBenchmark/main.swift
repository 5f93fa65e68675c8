// What a lookup in the compact unwind tables costs, cold and warm, and what the tables weigh.
//
// usage: UnwindTablesBenchmark FILE      (an x86-64 executable or library with .eh_frame; the larger the better)

import CAllocationCount
import Glibc
import UnwindTables

guard CommandLine.arguments.count == 2, let image = ImageFile(path: CommandLine.arguments[1]) else {
  print("usage: UnwindTablesBenchmark FILE    (an x86-64 ELF file)")
  exit(64)
}
/// Processor time of this thread, which other programs don't add to.
func nanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Numbers that are the same in every run.
struct Generator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 33)
  }
}

/// The least of three measurements: what others do to the caches can only add time.
func best(_ measure: () -> Double) -> Double { min(measure(), measure(), measure()) }

/// Time of one lookup, averaged over `addresses`.
func lookup(_ addresses: [UInt64], in table: inout UnwindTable) -> (nanoseconds: Double, applicable: Int) {
  var applicable = 0
  let start = nanoseconds()
  for address in addresses where table.rule(at: address).isApplicable { applicable += 1 }
  return (Double(nanoseconds() - start) / Double(max(1, addresses.count)), applicable)
}

func show(_ label: String, _ value: Double, _ unit: String) {
  let tenths = Int((value * 10).rounded())
  print("\(label)\(String(repeating: " ", count: max(1, 46 - label.count)))\(tenths / 10).\(tenths % 10) \(unit)")
}

/// A new table, and the milliseconds that it took.
func ready(_ sections: UnwindTable.Sections) -> (table: UnwindTable, milliseconds: Double) {
  let begin = nanoseconds()
  let table = UnwindTable(architecture: .x86_64, sections: sections)
  return (table, Double(nanoseconds() - begin) / 1e6)
}

func run(_ image: ImageFile) -> Bool {
  let ehFrameSize = Double(max(1, image.sections.ehFrame?.count ?? 0))
  let starts = image.functionStarts
  show("ready through .eh_frame_hdr", best { ready(image.sections).milliseconds }, "ms")
  var sections = image.sections
  sections.ehFrameHeader = nil
  show("ready without it", best { ready(sections).milliseconds }, "ms")

  var table = ready(image.sections).table
  var generator = Generator(state: 7)
  var addresses: [UInt64] = []
  for function in starts.shuffled(using: &generator).prefix(20_000) {
    guard let range = table.functionRange(containing: function) else { continue }
    // Five return addresses in each function.
    for _ in 0..<5 { addresses.append(UInt64.random(in: range, using: &generator)) }
  }
  let firsts = stride(from: 0, to: addresses.count, by: 5).map { addresses[$0] }
  let cold = best {
    table = ready(image.sections).table
    return lookup(firsts, in: &table).nanoseconds
  }
  show("first lookup in each of \(firsts.count) functions", cold, "ns")
  show("index and rows for them", Double(table.footprint) / 1e6, "MB")

  addresses.shuffle(using: &generator)
  let applicable = lookup(addresses, in: &table).applicable
  let hot = Array(addresses.prefix(512))
  let before = allocation_count()
  let warm = best { lookup(addresses, in: &table).nanoseconds }
  let hottest = best {
    var sum = 0.0
    for _ in 0..<100 { sum += lookup(hot, in: &table).nanoseconds / 100 }
    return sum
  }
  let allocations = allocation_count() - before
  show("warm lookup, \(addresses.count) addresses at random", warm, "ns")
  show("warm lookup, 512 addresses over and over", hottest, "ns")
  show("of these applicable", 100 * Double(applicable) / Double(addresses.count), "%")
  show("allocations in these lookups (limit 0)", Double(allocations), "")

  var everything = 0.0
  everything = best {
    table = ready(image.sections).table
    return lookup(starts, in: &table).nanoseconds * Double(starts.count) / 1e6
  }
  show("all \(starts.count) functions decoded", everything, "ms")
  show("index and rows for them", Double(table.footprint) / 1e6, "MB")
  let weight = Double(table.footprint) / ehFrameSize
  show("  to .eh_frame (limit 1.5)", weight, "times")
  return allocations == 0 && weight <= 1.5
}

exit(run(image) ? 0 : 1)
