import Foundation
import Testing

@testable import FlameGraphs

@Suite struct FiguresTests {
  /// Numbers and how they are written; the viewer's script is held to the same list.
  @Test func writesFiguresAsTheViewerDoes() throws {
    let list = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/figures.json")
    let examples = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: list)) as? [String: [[Any]]])
    #expect(Set(examples.keys) == ["grouped", "counted", "percent", "points"])
    for (name, cases) in examples {
      for example in cases {
        let number = try #require(example.first as? NSNumber)
        let text =
          switch name {
          case "grouped": Figures.grouped(number.int64Value)
          case "counted": Figures.counted(number.int64Value, example[1] as? String ?? "")
          case "percent": Figures.percent(number.doubleValue)
          default: Figures.points(number.doubleValue)
          }
        #expect(text == example.last as? String, "\(name) of \(number)")
      }
    }
  }

  @Test func groupsDigits() {
    #expect(Figures.grouped(0) == "0")
    #expect(Figures.grouped(999) == "999")
    #expect(Figures.grouped(-1_234_567) == "-1,234,567")
    #expect(Figures.grouped(Int64.min) == "-9,223,372,036,854,775,808")
  }

  @Test(arguments: [
    (0, "0 %"), (1, "100.0 %"), (0.99999, "99.9 %"), (0.9994, "99.9 %"), (0.123, "12.3 %"), (0.00994, "0.99 %"),
    (0.00001, "<0.01 %"), (Double.nan, "0 %"),
  ])
  func aShareShortOfTheWholeNeverReads100(_ share: Double, _ text: String) { #expect(Figures.percent(share) == text) }

  @Test(arguments: [
    (0.35, "0.35 s"), (10.02, "10.0 s"), (725, "12 min 5 s"), (7_300, "2 h 1 min"), (Double.infinity, "?"),
  ])
  func tellsDurations(_ seconds: Double, _ text: String) { #expect(Figures.duration(seconds) == text) }

  @Test(arguments: [
    (0, "1970-01-01 00:00 UTC"), (951_782_400, "2000-02-29 00:00 UTC"), (4_107_542_399, "2100-02-28 23:59 UTC"),
    (1_795_226_700, "2026-11-21 02:05 UTC"),
  ])
  func tellsDates(_ seconds: UInt64, _ text: String) { #expect(Figures.date(seconds * 1_000_000_000) == text) }

  @Test func fixesDecimals() {
    #expect(Figures.fixed(-0.001, decimals: 2) == "0.00")
    #expect(Figures.fixed(1234.5, decimals: 0) == "1,235")
    #expect(Figures.fixed(2.05, decimals: 2) == "2.05")
    #expect(Figures.fixed(.nan, decimals: 2) == "?")
  }
}
