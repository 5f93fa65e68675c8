// A long recording of a busy server, made up: for measuring pages and what else reads profiles.
//
// usage: PageGenerator FOLDER [SAMPLES] [STACKS] [THREADS] [MINUTES]
//
// Writes FOLDER/long.html, long.speedscope.json and long.pb.gz, by default of 2,000,000 samples of 100,000 distinct stacks in
// 300 threads over 30 minutes; waits.html, the same with 20,000 marks, and half of the samples waits; and compared.html of
// two sides with half of the samples each. The same at every run.
import FlameGraphs
import Foundation
import ProfileFormats
import ProfileModel

/// Numbers that look like chance, the same at every run (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}

/// A profile of this size.
func longProfile(samples: Int, stacks: Int, threads: Int, minutes: Int) -> Profile {
  var random = Seeded(state: 13)
  var builder = ProfileBuilder()
  let modules = ["/usr/bin/server", "/usr/lib/libjson.so.2", "/usr/lib/libc.so.6", "[kernel]"].map { path in
    builder.intern(Module(path: path))
  }
  let frames = (0..<12_000).map { number -> FrameID in
    let module = number % 10 < 5 ? 0 : number % 10 < 7 ? 1 : number % 10 < 9 ? 2 : 3
    let function = builder.intern(
      Function(
        name: "Area\(number % 97).Type\(number % 1009).method\(number)(_:options:)", module: modules[module],
        file: "/src/area\(number % 97)/type\(number % 1009).swift"))
    let kind: FrameKind = module == 3 ? .kernel : number % 7 == 0 ? .inlined : .user
    return builder.intern(Frame(function: function, kind: kind, line: UInt32(number % 400 + 1)))
  }
  // Stacks share their beginnings: a new one leaves an old one somewhere on its way.
  var leaves: [StackID] = []
  var paths: [[FrameID]] = []
  while leaves.count < stacks {
    var path: [FrameID] = [frames[0], frames[1]]
    if let other = paths.isEmpty ? nil : paths[random.below(paths.count)], random.below(20) > 0 {
      path = Array(other.prefix(2 + random.below(max(1, other.count - 2))))
    }
    for _ in 0..<(1 + random.below(12)) where path.count < 90 {
      path.append(frames[random.below(random.below(4) == 0 ? frames.count : 600)])
    }
    let known = builder.profile.stacks.count
    guard let leaf = builder.intern(stack: path), builder.profile.stacks.count > known else { continue }
    leaves.append(leaf)
    if paths.count < 20_000 { paths.append(path) } else { paths[random.below(paths.count)] = path }
  }
  let process = builder.add(ProcessRecord(pid: 4242, name: "server"))
  let ids = (0..<threads).map { number in
    builder.add(ThreadRecord(process: process, tid: Int32(4242 + number), name: "worker-\(number)"))
  }
  let duration = UInt64(minutes) * 60_000_000_000
  builder.profile.samples.reserveCapacity(samples)
  for number in 0..<samples {
    let time = duration / UInt64(samples) * UInt64(number) + UInt64(random.below(1000))
    // Some threads and some stacks are much busier than others.
    let thread = ids[random.below(1 + random.below(threads))]
    let stack = leaves[random.below(1 + random.below(leaves.count))]
    builder.profile.samples.append(Sample(time: time, thread: thread, stack: stack))
  }
  builder.profile.samples.sort { $0.time < $1.time }
  var metadata = ProfileMetadata()
  metadata.isRecorded = true
  metadata.command = ["/usr/bin/server", "--port", "8080"]
  metadata.durationSeconds = Double(minutes) * 60
  metadata.sampler = "perf:cpu-clock"
  metadata.requestedFrequency = 999
  metadata.actualFrequency = 999
  builder.profile.metadata = metadata
  builder.profile.valueTypes = [.samples(period: 1_001_001)]
  return builder.profile
}

/// The same with what threads wait for in place of every second sample, and with marks.
func withWaits(_ profile: Profile) -> Profile {
  var random = Seeded(state: 29)
  var result = profile
  result.valueTypes += ["off-cpu", "runnable", "idle"].map { ValueType(name: $0, unit: .nanoseconds) }
  for index in stride(from: 0, to: result.samples.count, by: 2) {
    result.samples[index].value = ValueTypeID(index: 1 + random.below(10) / 4)
    result.samples[index].weight = Int64(random.below(200_000_000))
  }
  let duration = UInt64(profile.metadata.durationSeconds * 1e9)
  for number in 0..<20_000 {
    let kind = ProfileMark.Kind(rawValue: UInt8(random.below(6))) ?? .lost
    let tid = Int32(4242 + random.below(profile.threads.count))
    result.marks.append(
      ProfileMark(
        kind, time: duration / 20_000 * UInt64(number), numbers: .init(pid: 4242, tid: kind == .lost ? 0 : tid),
        parent: .init(pid: 4242, tid: 4242), name: "worker \(random.below(50))"))
  }
  result.placeMarks()
  return result
}

/// Two sides of half of the samples each; on the later one other stacks are the busy ones.
func compared(_ profile: Profile) -> (Profile, PageComparison) {
  var result = profile
  let half = profile.samples.count / 2
  let stacks = profile.samples.map(\.stack)
  result.threads += profile.threads
  for index in 0..<half {
    result.samples[half + index] = profile.samples[2 * index]
    result.samples[half + index].stack = stacks[(index * 2 + 12_345) % (2 * half)]
    result.samples[half + index].thread = ThreadID(
      index: profile.threads.count + profile.samples[2 * index].thread.index)
  }
  for index in 0..<half { result.samples[index] = profile.samples[2 * index + 1] }
  return (
    result,
    PageComparison(
      names: ("before", "after"), sentence: "Made up.", per: "share", samplesBefore: half,
      threadsBefore: profile.threads.count, treeStacks: [])
  )
}

let numbers = CommandLine.arguments.dropFirst(2).compactMap { Int($0) } + []
func number(_ index: Int, _ usual: Int) -> Int { numbers.count > index ? numbers[index] : usual }
guard CommandLine.arguments.count > 1 else {
  print("usage: PageGenerator FOLDER [SAMPLES] [STACKS] [THREADS] [MINUTES]")
  exit(64)
}
let folder = URL(filePath: CommandLine.arguments[1])
let profile = longProfile(
  samples: number(0, 2_000_000), stacks: number(1, 100_000), threads: number(2, 300), minutes: number(3, 30))
let clock = ContinuousClock()
let selected = profile.preferred
let duration = try clock.measure {
  try Data(ProfilePage(selected, caption: FlameGraphCaption(selected)).html()).write(
    to: folder.appending(path: "long.html"))
}
print("page written in \(duration)")
try Data(Speedscope.bytes(of: selected, .init())).write(to: folder.appending(path: "long.speedscope.json"))
try Data(Pprof.bytes(of: selected)).write(to: folder.appending(path: "long.pb.gz"))
let waits = withWaits(profile).preferred
try Data(ProfilePage(waits, caption: FlameGraphCaption(waits)).html()).write(to: folder.appending(path: "waits.html"))
let (sides, comparison) = compared(profile)
var page = ProfilePage(sides.preferred, caption: FlameGraphCaption(sides.preferred))
page.comparison = comparison
try Data(page.html()).write(to: folder.appending(path: "compared.html"))
