import Foundation
import ProfileModel
import Testing

@testable import Reports

@Suite struct ProfileInfoTests {
  private static var profile: Profile {
    var profile = Profile.of([
      (["app!main", "libc.so.6!read"], 3), (["app!main", "app+0x12"], 2), (["[truncated: depth limit]", "app!f"], 4),
      (["[truncated: code not mapped]", "app!f"], 1),
    ])
    profile.modules[0].buildID = BuildID([0xAB, 0x01])
    profile.modules[0].symbolSource = ".symtab"
    profile.modules[0].kind = .file
    profile.metadata.command = ["app", "-x"]
    profile.metadata.sampler = "perf:cpu-clock"
    profile.metadata.requestedFrequency = 499
    profile.metadata.actualFrequency = 498.5
    profile.metadata.durationSeconds = 2.25
    profile.metadata.lost = 7
    profile.metadata.throttled = 1
    profile.metadata.lateRecords = 2
    profile.metadata.malformedRecords = 1
    profile.metadata.ringCorruptions = 4
    profile.metadata.profilerCPUSeconds = 0.125
    profile.metadata.profilerPeakResidentBytes = 12_345_678
    return profile
  }

  @Test func writesEveryMemberOfTheContract() throws {
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(ProfileInfo(Self.profile.preferred).json())) as? [String: Any])
    #expect(json["command"] as? [String] == ["app", "-x"])
    #expect(json["processes"] as? Int == 1)
    #expect(json["threads"] as? Int == 1)
    #expect(json["durationSeconds"] as? Double == 2.25)
    #expect(json["sampler"] as? String == "perf:cpu-clock")
    #expect(json["frequency"] as? [String: Double] == ["requested": 499, "actual": 498.5])
    #expect(json["samples"] as? Int == 10)
    #expect(json["lost"] as? Int == 7)
    #expect(json["throttled"] as? Int == 1)
    #expect(json["lateRecords"] as? Int == 2)
    #expect(json["malformedRecords"] as? Int == 1)
    #expect(json["ringCorruptions"] as? Int == 4)
    let stacks = try #require(json["stacks"] as? [String: Any])
    #expect(stacks["rooted"] as? Int == 5)
    #expect(stacks["truncated"] as? [String: Int] == ["depth limit": 4, "code not mapped": 1])
    #expect(json["selfSamples"] as? [String: Int] == ["symbolized": 8, "unsymbolized": 2])
    let modules = try #require(json["modules"] as? [[String: Any]])
    #expect(modules.map { $0["path"] as? String } == ["/lib/app", "/lib/libc.so.6"])
    #expect(modules.map { $0["samples"] as? Int } == [5, 3])
    #expect(modules.map { $0["buildID"] as? String } == ["ab01", nil])
    #expect(modules.map { $0["symbols"] as? String } == [".symtab", "none"])
    #expect(modules.map { $0["kind"] as? String } == ["file", nil])
    let profiler = try #require(json["profiler"] as? [String: Double])
    #expect(profiler == ["cpuSeconds": 0.125, "peakResidentBytes": 12_345_678])
  }

  @Test func notesAreThereAsDataBesideTheirSentences() throws {
    var profile = Self.profile
    profile.metadata.notes = [
      .cpuTime(usedSeconds: 2.25, sampledSeconds: 1.5, cause: .lost),
      .module(path: "/lib/app", buildID: BuildID([0xAB, 0x01]), .onlyDynamicSymbols), .sentence("As it was."),
    ]
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(ProfileInfo(profile.preferred).json())) as? [String: Any])
    let facts = try #require(json["facts"] as? [[String: Any]])
    #expect(facts.map { $0["fact"] as? String } == ["cpuTime", "onlyDynamicSymbols", "sentence"])
    #expect(facts[0]["usedSeconds"] as? Double == 2.25)
    #expect(facts[0]["sampledSeconds"] as? Double == 1.5)
    #expect(facts[0]["cause"] as? String == "lost")
    #expect(facts[1]["module"] as? String == "/lib/app")
    #expect(facts[1]["buildID"] as? String == "ab01")
    #expect((facts[1]["sentence"] as? String)?.hasPrefix("/lib/app (build ID ab01): only exported symbols; ") == true)
    let notes = try #require(json["notes"] as? [String])
    #expect(notes.first == facts[0]["sentence"] as? String)
    #expect(notes.last == "As it was.")
  }

  @Test func whatNobodyCountedIsNull() throws {
    var foreign = Self.profile
    foreign.metadata.isRecorded = false
    foreign.metadata.lost = 0
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(ProfileInfo(foreign.preferred).json())) as? [String: Any])
    #expect(json["lost"] is NSNull)
    let stacks = try #require(json["stacks"] as? [String: Any])
    #expect(stacks["rooted"] is NSNull)
    #expect(stacks["truncated"] as? [String: Int] == ["depth limit": 4, "code not mapped": 1])
    let text = ProfileInfo(foreign.preferred).text()
    #expect(text.contains("which stacks are rooted is not known; 40.0 % cut: depth limit"))
    #expect(!text.contains("lost"))
  }

  @Test func textNamesTheSame() {
    let text = ProfileInfo(Self.profile.preferred).text()
    for part in [
      "app -x", "10 samples, 2.25 s, 499 Hz, perf:cpu-clock", "7 samples lost", ".symtab", "/lib/libc.so.6",
      "2 records came late", "1 record of the kernel was damaged", "4 times a ring",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    let sound = ProfileInfo(Profile.of([(["app!main"], 1)]).preferred).text()
    #expect(!sound.contains("record") && !sound.contains("ring of"))
  }
}
