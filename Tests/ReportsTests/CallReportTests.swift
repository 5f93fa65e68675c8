import Foundation
import ProfileModel
import Testing

@testable import Reports

@Suite struct CallReportTests {
  private static let profile = Profile.of([
    (["main", "parse", "malloc"], 5), (["main", "emit", "malloc", "brk"], 3), (["main", "emit"], 2),
    (["malloc"], 1), (["[truncated: depth limit]", "malloc"], 4),
  ])

  private func figures(_ rows: [CallReport.Row]) -> [String] {
    rows.map { "\($0.function?.name ?? "-") \($0.samples)" }
  }

  @Test func addsUpCallersAndCallees() throws {
    let report = try CallReport(Self.profile.preferred, function: "malloc")
    #expect(report.own == 10)
    #expect(report.total == 13)
    #expect(figures(report.callers) == ["- 5", "parse 5", "emit 3"])
    #expect(figures(report.callees) == ["- 10", "brk 3"])
  }

  @Test func countsACallOnceForEachStack() throws {
    let profile = Profile.of([(["f", "g", "f", "g", "f"], 2), (["f", "f", "f", "g"], 1)])
    let report = try CallReport(profile.preferred, function: "f")
    #expect(report.own == 2)
    #expect(report.total == 3)
    #expect(figures(report.callers) == ["- 3", "g 2", "f 1"])
    #expect(figures(report.callees) == ["g 3", "- 2", "f 1"])
  }

  @Test func takesFunctionsOfOneNameTogether() throws {
    let report = try CallReport(Profile.of([(["a!f"], 1), (["b!f", "c"], 2)]).preferred, function: "f")
    #expect(report.modules == ["/lib/a", "/lib/b"])
    #expect(report.total == 3)
  }

  @Test func findsAFunctionByPartOfItsName() throws {
    #expect(try CallReport(Self.profile.preferred, function: "alloc").name == "malloc")
    #expect(throws: ReportError.noSuchFunction(name: "zzz")) { try CallReport(Self.profile.preferred, function: "zzz") }
    #expect(throws: ReportError.noSuchFunction(name: "")) { try CallReport(Self.profile.preferred, function: "") }
  }

  @Test func takesAllFunctionsThatHoldAPartTogether() throws {
    let profile = Profile.of([
      (["main", "parse", "swift_retain"], 5), (["main", "swift_release"], 3), (["main", "parse", "swift_release"], 2),
      (["main", "parse", "swift_release", "swift_retain"], 1), (["main"], 4),
    ])
    let report = try CallReport(profile.preferred, function: "swift_re")
    #expect(report.names == ["swift_release", "swift_retain"])
    #expect(report.name == "swift_re")
    #expect(report.total == 11 && report.own == 11)
    #expect(figures(report.callers) == ["parse 8", "main 3", "swift_release 1"])
    let text = report.text(callees: false)
    #expect(text.contains("callers of 2 functions with swift_re in their names"))
    #expect(text.contains("taken together:\n  swift_release\n  swift_retain\n"))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(report.json())) as? [String: Any])
    #expect((json["function"] as? [String: Any])?["names"] as? [String] == report.names)
    // A whole name means itself, whatever else holds it.
    #expect(try CallReport(profile.preferred, function: "swift_retain").names == ["swift_retain"])
  }

  @Test func findsAFunctionByItsOtherNames() throws {
    var profile = Self.profile
    let index = try #require(profile.functions.firstIndex { $0.name == "emit" })
    profile.functions[index].linkageName = "_Z4emitv"
    #expect(try CallReport(profile.preferred, function: "_Z4emitv").name == "emit")
  }

  @Test func writesTextAndJSON() throws {
    let report = try CallReport(Self.profile.preferred, function: "malloc")
    let text = report.text(callers: true, callees: false, limit: 1)
    #expect(text.contains("callers of malloc"))
    #expect(!text.contains("callees of"))
    #expect(text.contains("… and 2 more"))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(report.json(callees: false))) as? [String: Any])
    #expect((json["callers"] as? [[String: Any]])?.map { $0["samples"] as? Int } == [5, 5, 3])
    #expect(json["callees"] == nil)
  }
}
