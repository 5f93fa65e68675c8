import FlameGraphs
import Foundation
import FoundationXML
import ProfileComparison
import ProfileModel
import Testing

@Suite struct FlameGraphTests {
  @Test(arguments: ["server", "hostile", "empty", "deep", "wide", "diff"])
  func isWellFormedXMLThatRunsOneScript(_ name: String) throws {
    let svg = try #require(Pictures.all.first { $0.name == name + ".svg" }).bytes
    let checker = ElementCounter()
    let parser = XMLParser(data: Data(svg))
    parser.delegate = checker
    #expect(parser.parse(), "\(String(describing: parser.parserError)) line \(parser.lineNumber)")
    #expect(checker.scripts == 1)
    #expect(checker.handlers == 0)
    #expect(String(decoding: svg, as: UTF8.self).ranges(of: "http-equiv").count == 1)
  }

  /// The picture and the data, without style and script, which change often and are tested in a browser.
  @Test(arguments: ["small", "small-diff"])
  func isTheSameByteForByte(_ name: String) throws {
    let before = Profiles.folded(["app;main;parse;lex_[i] 3", "app;main;parse 2", "app;main;write_[k] 4", "app;a<b> 1"])
    let after = Profiles.folded(["app;main;parse 9", "app;main;print_[j] 4", "app;a<b> 1"])
    let svg =
      name == "small"
      ? FlameGraph.svg(
        CallTree(before.preferred), caption: FlameGraphCaption(before.preferred, title: "small & \"quick\""))
      : FlameGraph.svg(
        CallTree(before: before.preferred, after: after.preferred),
        caption: FlameGraphCaption(before: before.preferred, after: after.preferred))
    var text = String(decoding: svg, as: UTF8.self)
    for (start, end) in [
      ("script-src &#39;", "&#39;;"), ("style-src &#39;", "&#39;;"), ("<style>", "</style>"),
      ("<style id=\"further\">", "</style>"), ("<![CDATA[", "]]>"),
    ] {
      let from = try #require(text.range(of: start))
      let to = try #require(text.range(of: end, range: from.upperBound..<text.endIndex))
      text.replaceSubrange(from.upperBound..<to.lowerBound, with: "…")
    }
    try compare(text, with: name + ".svg")
  }

  @Test func plainProgramsReadTheFirstStyle() throws {
    let tree = CallTree(Profiles.server.preferred)
    let svg = String(
      decoding: FlameGraph.svg(tree, caption: FlameGraphCaption(Profiles.server.preferred)), as: UTF8.self)
    let start = try #require(svg.range(of: "<style>"))
    let end = try #require(svg.range(of: "</style>", range: start.upperBound..<svg.endIndex))
    let first = svg[start.upperBound..<end.lowerBound]
    #expect(first.contains(".u4{fill:#") && first.contains(".paper{fill:#ffffff}"))
    // Variables and rules for media, at which Inkscape's parser gives the whole element up.
    for mark in ["--", "var(", "@"] { #expect(!first.contains(mark), "\(mark)") }
  }

  @Test func equalProfilesGiveEqualBytes() {
    let one = FlameGraph.svg(CallTree(Profiles.server.preferred), caption: FlameGraphCaption(Profiles.server.preferred))
    #expect(
      one == FlameGraph.svg(CallTree(Profiles.server.preferred), caption: FlameGraphCaption(Profiles.server.preferred)))
  }

  @Test func tellsWhatLimitsTrust() {
    var profile = Profiles.server
    profile.metadata.lost = 1_200
    profile.metadata.throttled = 3
    profile.metadata.isComplete = false
    profile.metadata.notes = ["Kernel code is not in it: perf_event_paranoid is 2."]
    let caption = FlameGraphCaption(profile.preferred)
    #expect(caption.title == "server")
    #expect(caption.command == "/usr/bin/server --port 8080 --config '/etc/my server.conf'")
    #expect(
      caption.facts == [
        "4,025 samples", "499 Hz (perf:cpu-clock)", "10.0 s", "1,200 lost", "99.1 % rooted", "2026-11-21 02:05 UTC",
      ])
    #expect(caption.notes.count == 5)
    let svg = String(decoding: FlameGraph.svg(CallTree(profile.preferred), caption: caption), as: UTF8.self)
    for note in caption.notes { #expect(svg.contains("⚠ " + note), "\(note)") }
  }

  @Test func anIcicleHasItsRootAbove() throws {
    var options = FlameGraph.Options()
    options.isIcicle = true
    options.width = 800
    let profile = Profiles.folded(["app;main 1"])
    let svg = String(
      decoding: FlameGraph.svg(
        CallTree(profile.preferred), caption: FlameGraphCaption(profile.preferred), options: options), as: UTF8.self)
    let rows = try svg.matches(of: Regex(#"x="10" y="(\d+)" width="779""#)).compactMap { match in
      match.output[1].substring.flatMap { Int($0) }
    }
    #expect(rows.count == 3)
    #expect(rows == rows.sorted())
    #expect(svg.contains("width=\"800\""))
  }

  private func compare(_ text: String, with name: String) throws {
    let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)")
    let known = try? String(contentsOf: golden, encoding: .utf8)
    if known == text { return }
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN_FILES"] != nil {
      try text.write(to: golden, atomically: true, encoding: .utf8)
      Issue.record("recorded \(name) anew; look at it and run again without RECORD_GOLDEN_FILES")
    } else if known == nil {
      Issue.record("\(name) is missing; RECORD_GOLDEN_FILES=1 writes it")
    } else {
      let file = FileManager.default.temporaryDirectory.appending(path: name)
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("differs from \(golden.path); what came out is in \(file.path)")
    }
  }
}

/// The pictures that tests and the browser look at.
enum Pictures {
  static let all: [(name: String, bytes: [UInt8])] = {
    func svg(_ profile: Profile) -> [UInt8] {
      FlameGraph.svg(CallTree(profile.preferred), caption: FlameGraphCaption(profile.preferred))
    }
    func page(_ profile: Profile) -> [UInt8] {
      ProfilePage(profile.preferred, caption: FlameGraphCaption(profile.preferred)).html()
    }
    func compared(_ before: Profile, _ after: Profile) -> [UInt8] {
      let joined = JoinedProfiles(before: [before.preferred], after: [after.preferred])
      let found = FunctionComparison(before: before.preferred, after: after.preferred)
      var page = ProfilePage(
        joined.profile.preferred, caption: FlameGraphCaption(before: before.preferred, after: after.preferred))
      var comparison = PageComparison(
        names: ("server.perfprof", "after.perfprof"), sentence: found.sentence, per: found.perText,
        samplesBefore: joined.samplesBefore, threadsBefore: joined.threadsBefore, treeStacks: joined.treeStacks)
      func finding(_ change: Change) -> PageComparison.Finding {
        PageComparison.Finding(
          verdict: change.verdict.rawValue, before: change.before, after: change.after, low: change.low,
          high: change.high, isDiluted: change.isDiluted)
      }
      for row in found.rows {
        guard let place = joined.functions.firstIndex(of: row.function) else { continue }
        comparison.functions.append((FunctionID(index: place), finding(row.own), finding(row.total)))
      }
      comparison.modules = found.modules.map { ($0.name, finding($0.change)) }
      page.comparison = comparison
      return page.html()
    }
    func hostilePage() -> [UInt8] {
      var page = ProfilePage(Profiles.hostile.preferred, caption: FlameGraphCaption(Profiles.hostile.preferred))
      page.instructions = Profiles.hostileInstructions
      return page.html()
    }
    let (before, after) = (Profiles.server, Profiles.serverAfter)
    let comparison = CallTree(before: before.preferred, after: after.preferred)
    return [
      ("server.svg", svg(before)), ("hostile.svg", svg(Profiles.hostile)), ("empty.svg", svg(Profile())),
      ("deep.svg", svg(Profiles.deep(2_000))), ("wide.svg", svg(Profiles.wide(frames: 20_000))),
      (
        "diff.svg",
        FlameGraph.svg(comparison, caption: FlameGraphCaption(before: before.preferred, after: after.preferred))
      ),
      ("server.html", page(before)), ("hostile.html", hostilePage()), ("empty.html", page(Profile())),
      ("deep.html", page(Profiles.deep(2_000))), ("wide.html", page(Profiles.wide(frames: 20_000))),
      ("times.html", page(Profiles.times)), ("waits.html", page(Profiles.waits)),
      ("compared.html", compared(before, after)),
      (
        "diff.html",
        FlameGraph.html(comparison, caption: FlameGraphCaption(before: before.preferred, after: after.preferred))
      ),
    ]
  }()
}

/// Counts what could run: script elements and event attributes.
private final class ElementCounter: NSObject, XMLParserDelegate {
  var scripts = 0
  var handlers = 0
  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    if name == "script" { scripts += 1 }
    handlers += attributes.keys.filter { $0.hasPrefix("on") }.count
  }
}
