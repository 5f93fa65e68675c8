import Foundation
import ProfileModel
import Testing

@testable import Reports

@Suite struct FunctionReportTests {
  private static let recursive = Profile.of([
    (["main", "f", "g", "f"], 5), (["main", "f"], 3), (["main", "g", "g"], 1), (["[truncated: depth limit]", "g"], 1),
  ])

  private func figures(_ report: FunctionReport) -> [String] {
    report.rows.map { "\($0.function.name) \($0.own) \($0.total)" }
  }

  @Test func countsRecursionOnceForEachStack() {
    #expect(figures(FunctionReport(Self.recursive.preferred)) == ["f 8 8", "g 2 7", "main 0 9"])
    #expect(figures(FunctionReport(Self.recursive.preferred, .init(order: .total))) == ["main 0 9", "f 8 8", "g 2 7"])
  }

  @Test func limitsAndCountsWhatItLeavesOut() {
    let report = FunctionReport(Self.recursive.preferred, .init(limit: 1))
    #expect(figures(report) == ["f 8 8"])
    #expect(report.omitted == 2)
    #expect(report.text().hasSuffix("… and 2 more (--limit 0 shows all)\n"))
  }

  @Test func equalFiguresAreSortedByName() {
    let profile = Profile.of([(["b"], 1), (["a"], 1), (["x!a"], 1), (["B"], 1)])
    let report = FunctionReport(profile.preferred)
    #expect(report.rows.map { "\($0.function.module ?? "-") \($0.function.name)" } == ["- B", "- a", "x a", "- b"])
  }

  @Test func saysWhatItRestsOn() {
    let trust = FunctionReport(Self.recursive.preferred).trust
    #expect(trust.completeness.samples == 10)
    #expect(trust.completeness.truncated == ["depth limit": 1])
    #expect(trust.head().contains("90.0 % of stacks rooted; 10.0 % cut: depth limit; 0 samples lost"))
  }

  @Test func separatesLinesWhereAsked() {
    var builder = ProfileBuilder()
    let process = builder.add(ProcessRecord(pid: 1, name: "app"))
    let thread = builder.add(ThreadRecord(process: process, tid: 1, name: "app"))
    let function = builder.intern(Function(name: "f", file: "/src/a.swift"))
    for line in [7, 9, 7] as [UInt32] {
      let stack = builder.intern(parent: nil, frame: builder.intern(Frame(function: function, kind: .user, line: line)))
      builder.profile.samples.append(Sample(time: 0, thread: thread, stack: stack))
    }
    #expect(FunctionReport(builder.profile.preferred).rows.map(\.own) == [3])
    let byLine = FunctionReport(builder.profile.preferred, .init(byLine: true))
    #expect(byLine.rows.map { "\($0.function.place) \($0.own)" } == ["a.swift:7 2", "a.swift:9 1"])
    #expect(byLine.text().contains("a.swift:7"))
  }

  @Test func writesJSONAsPromised() throws {
    let report = FunctionReport(
      Profile.of([(["libc.so.6!a\"b", "f"], 3), (["libc.so.6!a\"b"], 1)]).preferred, .init(order: .total))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(report.json())) as? [String: Any])
    let functions = try #require(json["functions"] as? [[String: Any]])
    #expect(functions.map { $0["name"] as? String } == ["a\"b", "f"])
    #expect(functions.map { $0["module"] as? String } == ["libc.so.6", nil])
    #expect(functions.map { $0["self"] as? Int } == [1, 3])
    #expect(functions.map { $0["total"] as? Int } == [4, 3])
    #expect(json["samples"] as? Int == 4)
  }

  @Test func textIsATable() {
    let report = FunctionReport(Profile.of([(["x!main", "x!f\u{1B}"], 3), (["x!main"], 1)]).preferred)
    #expect(
      report.text() == """
        app
        4 samples
        100.0 % of stacks rooted; 0 samples lost; 0.0 % in functions without a name

          SELF  SAMPLES    TOTAL  SAMPLES  MODULE  FUNCTION
        75.0 %        3   75.0 %        3  x       f\\u{1B}
        25.0 %        1  100.0 %        4  x       main

        """)
  }

  @Test(arguments: [40, 50, 80, 120, 200]) func fitsTheTerminal(columns: Int) {
    let long = "app::server::Connection<std::basic_string<char>, 4>::handle_request"
    var profile = Profile.of([(["server-with-a-long-name.so.4!main", "server-with-a-long-name.so.4!\(long)"], 3)])
    profile.metadata.command = [String](repeating: "argument", count: 40)
    profile.metadata.notes = [.sentence(String(repeating: "word ", count: 60) + "end")]
    let text = FunctionReport(profile.preferred).text(columns: columns)
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= columns }, "\(text)")
    // What a function is called stays, whatever it lies in.
    #expect(lines.contains { $0.hasSuffix("::handle_request") }, "\(text)")
    #expect(text.contains("█") == (columns >= 120))
    // Notes stand below.
    #expect(lines.last?.hasSuffix("end") ?? false)
  }

  @Test func anEmptyProfileGivesAnEmptyReport() throws {
    let report = FunctionReport(Profile().preferred)
    #expect(report.rows.isEmpty)
    #expect(report.text().contains("0 samples"))
    _ = try JSONSerialization.jsonObject(with: Data(report.json()))
  }
}
