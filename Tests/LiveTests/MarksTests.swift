import Foundation
import Testing

extension LiveTests {
  /// What is told of processes and threads, judged by a program that knows what it made, and when.
  @Suite struct Marks {
    /// `exec 12 FROM TO`: what happened to whom, and between which moments.
    private struct Event {
      var kind: String
      var number: String
      var from: Double
      var to: Double

      init?(_ line: Substring) {
        let words = line.split(separator: " ")
        guard words.count == 4, let from = Double(words[2]), let to = Double(words[3]) else { return nil }
        (kind, number, self.from, self.to) = (String(words[0]), String(words[1]), from / 1e6, to / 1e6)
      }
    }

    /// All markers of a profile in Firefox's format: text and milliseconds.
    private static func markers(of recorded: Recorded) throws -> [String: [Double]] {
      let converted = try perfprof(
        "convert", recorded.folder.path("out.perfprof"), "-o", "-", "--format", "firefox")
      try #require(converted.status == 0, "\(converted.errors)")
      let file = try JSONSerialization.jsonObject(with: Data(converted.output.utf8)) as? [String: Any]
      let threads = try #require(file?["threads"] as? [[String: Any]])
      var result: [String: [Double]] = [:]
      for thread in threads {
        let table = try #require(thread["markers"] as? [String: Any])
        let times = try #require(table["startTime"] as? [Double])
        let data = try #require(table["data"] as? [[String: Any]])
        for (time, entry) in zip(times, data) { result[entry["text"] as? String ?? "", default: []].append(time) }
      }
      return result
    }

    @Test("Processes, programs and threads are marked when they begin and end", arguments: ["perf", "ptrace"])
    func milestones(_ sampler: String) throws {
      let rounds = 6
      let recorded = try Recorded.command(
        [Machine.sample("milestones"), "\(rounds)"], options: ["--sampler", sampler])
      let events = recorded.outcome.output.split(separator: "\n").compactMap(Event.init)
      try #require(events.count == 5 * rounds, "\(recorded.outcome.output)")
      let markers = try Self.markers(of: recorded)
      // By how much the program's clock is ahead of the recording's: each mark says between what that lies.
      var (least, most) = (-Double.infinity, Double.infinity)
      for event in events {
        let text =
          switch event.kind {
          case "process": "process \(event.number) begins, made by "
          case "exec": "process \(event.number) runs exe"
          case "end": "process \(event.number) (exe) ends"
          case "thread": "thread \(event.number) begins, made by "
          default: "thread \(event.number) (milestones) ends"
          }
        let times = markers.filter { $0.key.hasPrefix(text) }.flatMap(\.value)
        #expect(times.count == 1, "\(text): \(times)")
        guard let time = times.first else { continue }
        least = max(least, event.from - time)
        // The kernel tells of a thread's end a little after others see it.
        if event.kind != "left" { most = min(most, event.to - time) }
      }
      // ptrace tells when the tracer sees it, and the target waits for that.
      #expect(least <= most + (sampler == "perf" ? 0.5 : 20), "\(least) to \(most)")
      let began = markers.keys.filter { $0.contains(" begins, made by ") }
      #expect(began.count == 2 * rounds, "\(began)")
      #expect(markers.keys.count { $0.hasPrefix("makes ") } == 2 * rounds)
    }
  }
}
