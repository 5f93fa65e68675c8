import Foundation
import ProfileModel
import Testing
import TextWriting
import Wording

@Suite struct FiguresTests {
  /// Numbers and how they are written; the viewer's script is held to the same list.
  @Test func writesFiguresAsTheViewerDoes() throws {
    let list = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/figures.json")
    let examples = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: list)) as? [String: [[Any]]])
    #expect(Set(examples.keys) == ["grouped", "counted", "percent", "points", "amount", "cell"])
    for (name, cases) in examples {
      for example in cases {
        let number = try #require(example.first as? NSNumber)
        let named = example[1] as? [String: String] ?? ["name": example[1] as? String ?? "", "unit": "count"]
        let value = ValueType(name: named["name"] ?? "", unit: ValueType.Unit(named["unit"] ?? ""))
        let text =
          switch name {
          case "grouped": number.int64Value.grouped
          case "counted", "amount": value.text(number.int64Value)
          case "cell": value.cell(number.int64Value)
          case "percent": number.doubleValue.percent
          default: number.doubleValue.points
          }
        #expect(text == example.last as? String, "\(name) of \(number)")
      }
    }
  }

  @Test(arguments: [
    (0, "0.0 %"), (1, "100.0 %"), (0.99999, "99.9 %"), (0.9994, "99.9 %"), (0.123, "12.3 %"), (0.00994, "0.99 %"),
    (0.00001, "<0.01 %"), (Double.nan, "0.0 %"),
  ])
  func aShareShortOfTheWholeNeverReads100AndOneOfSomethingNever0(_ share: Double, _ text: String) {
    #expect(share.percent == text)
  }

  @Test(arguments: [
    (0.35, "0.35 s"), (10.02, "10.0 s"), (725, "12 min 5 s"), (7_300, "2 h 1 min"), (Double.infinity, "?"),
  ])
  func tellsDurations(_ seconds: Double, _ text: String) { #expect(seconds.durationText == text) }

  @Test(arguments: [
    (0, "1970-01-01 00:00 UTC"), (951_782_400, "2000-02-29 00:00 UTC"), (4_107_542_399, "2100-02-28 23:59 UTC"),
    (1_795_226_700, "2026-11-21 02:05 UTC"),
  ])
  func tellsDates(_ seconds: UInt64, _ text: String) { #expect((seconds * 1_000_000_000).dateText == text) }

  @Test(arguments: [
    (812, "812 ns"), (4_000, "4.0 µs"), (999_949, "999.9 µs"), (999_950, "1.0 ms"), (1_250_000_000, "1.3 s"),
    (725_000_000_000, "12 min 5 s"),
  ])
  func tellsTimesInNanoseconds(_ nanoseconds: UInt64, _ text: String) {
    #expect(nanoseconds.nanosecondsText == text)
  }

  @Test func unitsStandWhereNumbersStand() {
    let samples = ValueType.samples()
    #expect(samples.text(2_476) == "2,476 samples")
    #expect(samples.text(1) == "1 sample")
    #expect(samples.columnTitle == "SAMPLES" && samples.cell(2_476) == "2,476")
    let faults = ValueType(name: "page-faults", unit: .count)
    #expect(faults.text(1) == "1 page-fault" && faults.columnTitle == "PAGE-FAULTS")
    let bytes = ValueType(name: "alloc_space", unit: .bytes)
    #expect(bytes.text(4_000) == "4.0 KB" && bytes.cell(4_000) == "4.0 KB" && bytes.columnTitle == "BYTES")
    #expect(bytes.total(4_000) == "4.0 KB of alloc_space")
    let waiting = ValueType(name: "off-cpu", unit: .nanoseconds)
    #expect(waiting.total(1_200_000_000) == "1.2 s of off-cpu" && waiting.columnTitle == "TIME")
    let cycles = ValueType(name: "cycles", unit: .other("samples"))
    #expect(cycles.text(12) == "12 samples" && cycles.text(1) == "1 sample")
    #expect(cycles.total(12) == "12 samples of cycles")
  }
}
