import FlameGraphs
import Foundation
import FoundationXML
import ProfileModel
import Testing

@Suite struct FlameGraphTests {
  @Test(arguments: ["server", "hostile", "empty", "deep", "diff"])
  func isWellFormedXML(_ name: String) throws {
    let svg = try #require(Pictures.all.first { $0.name == name + ".svg" }).bytes
    let checker = ElementCounter()
    let parser = XMLParser(data: Data(svg))
    parser.delegate = checker
    #expect(parser.parse(), "\(String(describing: parser.parserError)) line \(parser.lineNumber)")
    #expect(checker.scripts == 1)
    #expect(checker.handlers == 0)
  }
}

/// The pictures that tests and the browser look at.
enum Pictures {
  static let all: [(name: String, bytes: [UInt8])] = {
    func svg(_ profile: Profile) -> [UInt8] { FlameGraph.svg(CallTree(profile), caption: FlameGraphCaption(profile)) }
    let (before, after) = (Profiles.server, Profiles.serverAfter)
    let comparison = CallTree(before: before, after: after)
    return [
      ("server.svg", svg(before)), ("hostile.svg", svg(Profiles.hostile)), ("empty.svg", svg(Profile())),
      ("deep.svg", svg(Profiles.deep(2_000))), ("wide.svg", svg(Profiles.wide(frames: 20_000))),
      ("diff.svg", FlameGraph.svg(comparison, caption: FlameGraphCaption(before: before, after: after))),
      ("server.html", FlameGraph.html(CallTree(before), caption: FlameGraphCaption(before))),
      ("hostile.html", FlameGraph.html(CallTree(Profiles.hostile), caption: FlameGraphCaption(Profiles.hostile))),
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
