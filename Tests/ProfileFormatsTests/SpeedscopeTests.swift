import Foundation
import ProfileModel
import Testing

@testable import ProfileFormats

/// Each rule of the published format, asserted by hand on what a JSON parser of someone else makes of the file.
@Suite struct SpeedscopeTests {
  private static var twoThreads: Profile {
    var builder = ProfileBuilder()
    let process = builder.add(ProcessRecord(pid: 7, name: "app"))
    let main = builder.add(ThreadRecord(process: process, tid: 7, name: "app"))
    let worker = builder.add(ThreadRecord(process: process, tid: 8, name: "work\"er"))
    let module = builder.intern(Module(path: "/bin/app"))
    func frame(_ name: String, line: UInt32 = 0, file: String? = nil) -> FrameID {
      builder.intern(
        Frame(function: builder.intern(Function(name: name, module: module, file: file)), kind: .user, line: line))
    }
    let short = builder.intern(stack: [frame("main"), frame("f", line: 3, file: "/src/f.c")])
    let long = builder.intern(stack: [frame("main"), frame("f", line: 9, file: "/src/f.c"), frame("g\n\u{1}")])
    builder.profile.samples = [
      Sample(time: 1, thread: main, stack: short), Sample(time: 2, thread: worker, stack: long, weight: 2),
      Sample(time: 3, thread: main, stack: short, weight: 2), Sample(time: 4, thread: main, stack: nil),
      Sample(time: 5, thread: worker, stack: long, weight: 3),
      Sample(time: 6, thread: main, stack: long, value: ValueTypeID(index: 1)),
    ]
    builder.profile.valueTypes = [.samples(period: 1_000_000), ValueType(name: "allocated", unit: .bytes)]
    builder.profile.preferredValue = ValueTypeID(index: 0)
    builder.profile.metadata.command = ["app", "--x"]
    builder.profile.metadata.requestedFrequency = 1000
    return builder.profile
  }

  private func file(_ profile: Profile, _ options: Speedscope.Options = .init()) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(Speedscope.bytes(of: profile.preferred, options)))
    return try #require(object as? [String: Any])
  }

  private func profiles(_ file: [String: Any]) throws -> [[String: Any]] {
    try #require(file["profiles"] as? [[String: Any]])
  }

  /// The rules of the file's schema; other tests look at particular values.
  private func check(_ file: [String: Any]) throws {
    #expect(file["$schema"] as? String == "https://www.speedscope.app/file-format-schema.json")
    #expect(file["name"] is String)
    #expect((file["exporter"] as? String)?.hasPrefix("perfprof") == true)
    let frames = try #require((file["shared"] as? [String: Any])?["frames"] as? [[String: Any]])
    var seen: Set<String> = []
    for frame in frames {
      #expect(Set(frame.keys).isSubset(of: ["name", "file", "line", "col"]))
      let name = try #require(frame["name"] as? String)
      #expect(seen.insert("\(name)\u{0}\(frame["file"] ?? "")\u{0}\(frame["line"] ?? 0)").inserted)
      #expect(frame["file"] == nil || frame["file"] is String)
      #expect(frame["line"] == nil || (frame["line"] as? Int ?? 0) > 0)
    }
    let profiles = try profiles(file)
    #expect(!profiles.isEmpty)
    #expect(profiles.indices.contains(try #require(file["activeProfileIndex"] as? Int)))
    for profile in profiles {
      #expect(profile["type"] as? String == "sampled")
      #expect(profile["name"] is String)
      let unit = try #require(profile["unit"] as? String)
      #expect(["none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"].contains(unit))
      let start = try #require(profile["startValue"] as? Double)
      let end = try #require(profile["endValue"] as? Double)
      let samples = try #require(profile["samples"] as? [[Int]])
      let weights = try #require(profile["weights"] as? [Double])
      #expect(end >= start)
      #expect(samples.count == weights.count)
      #expect(samples.allSatisfy { $0.allSatisfy(frames.indices.contains) })
      #expect(weights.reduce(0, +) == end - start)
    }
  }

  @Test func obeysTheSchema() throws {
    try check(try file(Self.twoThreads))
    try check(try file(Self.twoThreads, .init(weights: .time, lines: true, version: "1.2")))
    try check(try file(Profile()))
    try check(try file(.of([(["main"], 1)])))
  }

  @Test func givesEachThreadItsSamplesInOrder() throws {
    let file = try file(Self.twoThreads)
    let profiles = try profiles(file)
    #expect(profiles.map { $0["name"] as? String } == ["app (pid 7)", "app (pid 7) · work\"er (tid 8)"])
    #expect(profiles[0]["samples"] as? [[Int]] == [[0, 1], []])
    #expect(profiles[0]["weights"] as? [Int] == [3, 1])
    #expect(profiles[1]["samples"] as? [[Int]] == [[0, 1, 2]])
    #expect(profiles[1]["weights"] as? [Int] == [5])
    #expect(file["activeProfileIndex"] as? Int == 1)
    #expect(file["name"] as? String == "app --x")
  }

  @Test func aFunctionIsOneFrameWithItsHeaviestLine() throws {
    let shared = try #require(try file(Self.twoThreads)["shared"] as? [String: Any])
    let frames = try #require(shared["frames"] as? [[String: Any]])
    #expect(frames.map { $0["name"] as? String } == ["main", "f", "g\n\u{1}"])
    #expect(frames.map { $0["file"] as? String } == ["/bin/app", "/src/f.c", "/bin/app"])
    #expect(frames.map { $0["line"] as? Int } == [nil, 9, nil])
    let byLine = try file(Self.twoThreads, .init(lines: true))
    let split = try #require((byLine["shared"] as? [String: Any])?["frames"] as? [[String: Any]])
    #expect(split.map { $0["line"] as? Int } == [nil, 3, 9, nil])
  }

  @Test func eachValueTypeHasProfilesOfItsOwn() throws {
    let file = try file(Self.twoThreads, .init(writesAllValues: true))
    try check(file)
    let profiles = try profiles(file)
    #expect(
      profiles.compactMap { $0["name"] as? String } == [
        "app (pid 7) · samples", "app (pid 7) · work\"er (tid 8) · samples", "app (pid 7) · allocated",
      ])
    #expect(profiles.compactMap { $0["unit"] as? String } == ["none", "none", "bytes"])
    #expect(file["activeProfileIndex"] as? Int == 1)
  }

  @Test func weightsCanBeTimes() throws {
    let first = try profiles(try file(Self.twoThreads, .init(weights: .time)))[0]
    #expect(first["unit"] as? String == "nanoseconds")
    #expect(first["weights"] as? [Int] == [3_000_000, 1_000_000])
    #expect(first["endValue"] as? Int == 4_000_000)
  }

  @Test func equalProfilesGiveEqualBytesInPiecesOfAnySize() {
    var pieces: [[UInt8]] = []
    Speedscope.write(Self.twoThreads.preferred) { pieces.append($0) }
    #expect(pieces.flatMap(\.self) == Speedscope.bytes(of: Self.twoThreads.preferred))
  }
}
