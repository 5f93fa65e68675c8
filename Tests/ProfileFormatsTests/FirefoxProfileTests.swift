import Foundation
import ProfileModel
import Testing

@testable import ProfileFormats

@Suite struct FirefoxProfileTests {
  private func file(_ profile: Profile) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(FirefoxProfile.bytes(of: profile.preferred))) as? [String: Any])
  }

  private static var profile: Profile {
    var profile = Profile.of([(["main", "a"], 2), (["main"], 1), (["[truncated: depth limit]", "a"], 3), ([], 1)])
    let worker = ThreadRecord(process: ProcessID(index: 0), tid: 11, name: "worker")
    profile.threads.append(worker)
    profile.threads.append(ThreadRecord(process: ProcessID(index: 0), tid: 12, name: "never sampled"))
    profile.samples.append(
      Sample(time: 9_500_000, thread: ThreadID(index: 1), stack: profile.samples[1].stack, weight: 4))
    profile.functions[0].file = "/src/main.c"
    profile.frames[0].line = 12
    profile.metadata.requestedFrequency = 500
    return profile
  }

  @Test func tablesAreWholeAndReferToEachOther() throws {
    let file = try file(Self.profile)
    let strings = try #require((file["shared"] as? [String: Any])?["stringArray"] as? [String])
    let libs = try #require(file["libs"] as? [[String: Any]])
    let threads = try #require(file["threads"] as? [[String: Any]])
    #expect(threads.map { $0["name"] as? String } == ["app", "worker"])
    #expect(threads.map { $0["isMainThread"] as? Bool } == [true, false])
    for thread in threads {
      func column(_ table: String, _ name: String) throws -> [Any] {
        let table = try #require(thread[table] as? [String: Any])
        return try #require(table[name] as? [Any])
      }
      var lengths: [String: Int] = [:]
      for (name, value) in thread {
        guard let table = value as? [String: Any], let length = table["length"] as? Int else { continue }
        lengths[name] = length
        for (key, value) in table {
          if let column = value as? [Any] { #expect(column.count == length, "\(name).\(key)") }
        }
      }
      #expect(
        Set(lengths.keys) == [
          "samples", "markers", "stackTable", "frameTable", "funcTable", "resourceTable", "nativeSymbols",
        ])
      func check(_ table: String, _ name: String, below limit: Int?, or other: Int? = nil) throws {
        for value in try column(table, name) where !(value is NSNull) {
          let index = try #require(value as? Int)
          #expect(index == other || (0..<(limit ?? 0)).contains(index), "\(table).\(name)")
        }
      }
      try check("samples", "stack", below: lengths["stackTable"])
      try check("stackTable", "frame", below: lengths["frameTable"])
      try check("frameTable", "func", below: lengths["funcTable"])
      try check("frameTable", "category", below: FirefoxProfile.categories.count)
      try check("funcTable", "name", below: strings.count)
      try check("funcTable", "fileName", below: strings.count)
      try check("funcTable", "resource", below: lengths["resourceTable"], or: -1)
      try check("resourceTable", "lib", below: libs.count)
      // A stack comes after its caller.
      for (row, prefix) in try column("stackTable", "prefix").enumerated() {
        if let prefix = prefix as? Int { #expect(prefix < row) }
      }
    }
  }

  @Test func marksStandWithWhomTheyConcern() throws {
    var profile = Self.profile
    profile.marks = [
      ProfileMark(.threadBegan, time: 9_400_000, numbers: .init(pid: 1, tid: 11), parent: .init(pid: 1, tid: 10)),
      ProfileMark(.exec, time: 9_600_000, numbers: .init(pid: 99, tid: 99), name: "never sampled"),
      ProfileMark(.lost, time: 9_700_000, count: 5),
    ]
    profile.marks[0].thread = ThreadID(index: 1)
    profile.marks[0].maker = ThreadID(index: 0)
    let file = try file(profile)
    let strings = try #require((file["shared"] as? [String: Any])?["stringArray"] as? [String])
    let threads = try #require(file["threads"] as? [[String: Any]])
    func markers(_ thread: Int) throws -> [String] {
      let table = try #require(threads[thread]["markers"] as? [String: Any])
      let times = try #require(table["startTime"] as? [Double])
      let data = try #require(table["data"] as? [[String: String]])
      let names = try #require(table["name"] as? [Int])
      #expect(data.allSatisfy { $0["type"] == "perfprof" })
      return times.indices.map { "\(times[$0]) \(strings[names[$0]]): \(data[$0]["text"] ?? "")" }
    }
    #expect(
      try markers(0) == [
        "9.4 thread begins: makes thread 11", "9.6 exec: process 99 runs never sampled",
        "9.7 samples lost: 5 samples lost",
      ])
    #expect(try markers(1) == ["9.4 thread begins: thread 11 begins, made by 10"])
    let schemas = try #require((file["meta"] as? [String: Any])?["markerSchema"] as? [[String: Any]])
    #expect(schemas.map { $0["name"] as? String } == ["perfprof"])
  }

  @Test func samplesCarryTimesAndWeights() throws {
    let threads = try #require(try file(Self.profile)["threads"] as? [[String: Any]])
    let main = try #require(threads[0]["samples"] as? [String: Any])
    #expect(main["time"] as? [Double] == [0, 1, 2, 3])
    #expect(main["weight"] as? [Int] == [2, 1, 3, 1])
    #expect(main["weightType"] as? String == "samples")
    let worker = try #require(threads[1]["samples"] as? [String: Any])
    #expect(worker["time"] as? [Double] == [9.5])
  }

  @Test func samplesWithoutTimesStandAnIntervalApart() throws {
    var profile = Self.profile
    for index in profile.samples.indices { profile.samples[index].time = 0 }
    let threads = try #require(try file(profile)["threads"] as? [[String: Any]])
    #expect((threads[0]["samples"] as? [String: Any])?["time"] as? [Double] == [0, 2, 4, 6])
  }

  @Test func namesItsVersion() throws {
    let meta = try #require(try file(Profile())["meta"] as? [String: Any])
    #expect(meta["preprocessedProfileVersion"] as? Int == 56)
    #expect((meta["categories"] as? [[String: Any]])?.first?["color"] as? String == "grey")
  }

  @Test func buildIDsBecomeBreakpadIDs() throws {
    let id = try #require(BuildID(hexadecimal: "510d0a5c19eadf8043f203b4525be9be3dcb9554"))
    #expect(FirefoxProfile.breakpadID(id) == "5C0A0D51EA1980DF43F203B4525BE9BE0")
    #expect(FirefoxProfile.breakpadID(try #require(BuildID([0xAB]))) == "000000AB0000000000000000000000000")
  }
}
