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
let ehFrameSize = image.sections.ehFrame?.count ?? 0
let starts = image.functionStarts

func nanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
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

var begin = nanoseconds()
var table = UnwindTable(architecture: .x86_64, sections: image.sections)
show("ready through .eh_frame_hdr", Double(nanoseconds() - begin) / 1e6, "ms")

var generator = Generator(state: 7)
let functions = starts.shuffled(using: &generator).prefix(20_000)
var addresses: [UInt64] = []
for function in functions {
  guard let range = table.functionRange(containing: function) else { continue }
  // Five return addresses in each function.
  for _ in 0..<5 { addresses.append(UInt64.random(in: range, using: &generator)) }
}
table = UnwindTable(architecture: .x86_64, sections: image.sections)
let firsts = stride(from: 0, to: addresses.count, by: 5).map { addresses[$0] }
let indexBytes = table.footprint
show("first lookup in each of \(firsts.count) functions", lookup(firsts, in: &table).nanoseconds, "ns")
show("rows for these functions", Double(table.footprint - indexBytes) / 1e6, "MB")

addresses.shuffle(using: &generator)
_ = lookup(addresses, in: &table)
let before = allocation_count()
let warm = lookup(addresses, in: &table)
let hot = Array(addresses.prefix(512))
var hotTime = 0.0
for _ in 0..<200 { hotTime += lookup(hot, in: &table).nanoseconds / 200 }
let allocations = allocation_count() - before
show("warm lookup, \(addresses.count) addresses at random", warm.nanoseconds, "ns")
show("warm lookup, 512 addresses over and over", hotTime, "ns")
show("of these applicable", 100 * Double(warm.applicable) / Double(addresses.count), "%")
print("allocations in \(addresses.count + 200 * hot.count) warm lookups: \(allocations)")

begin = nanoseconds()
_ = lookup(starts, in: &table)
show("all \(starts.count) functions once", Double(nanoseconds() - begin) / 1e6, "ms")
show("index and rows, all functions", Double(table.footprint) / 1e6, "MB")
show("  to .eh_frame (limit 1.5)", Double(table.footprint) / Double(max(1, ehFrameSize)), "times")

var sections = image.sections
sections.ehFrameHeader = nil
begin = nanoseconds()
var scanned = UnwindTable(architecture: .x86_64, sections: sections)
show("ready without .eh_frame_hdr", Double(nanoseconds() - begin) / 1e6, "ms")
show("warm lookup there", { _ = lookup(addresses, in: &scanned); return lookup(addresses, in: &scanned).nanoseconds }(), "ns")

exit(allocations == 0 && Double(table.footprint) <= 1.5 * Double(ehFrameSize) ? 0 : 1)
