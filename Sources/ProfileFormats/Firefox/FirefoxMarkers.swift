import ProfileModel
import TextWriting
import Wording

/// The markers of a Firefox profile: what happened to each thread, and what concerns none, with the first thread that is
/// written.
struct FirefoxMarkers {
  /// One marker.
  struct Row {
    var time: UInt64
    var name: String
    var text: String
  }

  /// What the schema calls all of them.
  static let type = "perfprof"
  /// Markers of each thread, in order of time.
  private var rows: [[Row]]

  /// - Parameter isWritten: For each thread whether it is in the file.
  init(_ profile: Profile, isWritten: [Bool]) {
    rows = Array(repeating: [], count: profile.threads.count)
    guard let first = isWritten.firstIndex(of: true) else { return }
    for mark in profile.marks {
      let name = mark.isJoined ? Self.name(mark.kind) + " (several)" : Self.name(mark.kind)
      let own = mark.thread.map(\.index).flatMap { isWritten[$0] ? $0 : nil }
      let maker = mark.maker.map(\.index).flatMap { isWritten[$0] ? $0 : nil }
      let row = Row(time: mark.time, name: name, text: mark.words())
      if let own { rows[own].append(row) }
      if let maker, maker != own {
        rows[maker].append(Row(time: mark.time, name: name, text: mark.words(ofMaker: true)))
      }
      if own == nil, maker == nil { rows[first].append(row) }
    }
  }

  private static func name(_ kind: ProfileMark.Kind) -> String {
    switch kind {
    case .processBegan: "process begins"
    case .threadBegan: "thread begins"
    case .exec: "exec"
    case .threadEnded: "thread ends"
    case .processEnded: "process ends"
    case .lost: "samples lost"
    }
  }

  /// Writes the table of a thread's markers, all of them moments.
  func write(ofThread thread: Int, to json: inout JSONWriter, _ strings: inout FirefoxStrings) {
    let rows = rows[thread]
    json.key("markers")
    json.object { json in
      json.member("length", rows.count)
      json.key("data")
      json.array { json in
        for row in rows {
          json.object { json in
            json.member("type", Self.type)
            json.member("text", row.text)
          }
        }
      }
      let names = rows.map { strings.index(of: $0.name) }
      json.key("name")
      json.array { json in for name in names { json.value(name) } }
      json.key("startTime")
      json.array { json in for row in rows { json.value(Double(row.time) / 1e6) } }
      json.key("endTime")
      json.array { json in for _ in rows { json.value(nil) } }
      // 0 is a moment, and the first category the gray one.
      for column in ["phase", "category"] {
        json.key(column)
        json.array { json in for _ in rows { json.value(0) } }
      }
    }
  }

  /// How the viewer shows them.
  static func writeSchema(to json: inout JSONWriter) {
    json.member("name", type)
    json.member("tooltipLabel", "{marker.name}")
    json.member("tableLabel", "{marker.data.text}")
    json.member("chartLabel", "{marker.data.text}")
    json.member("display", ["marker-chart", "marker-table", "timeline-overview"])
    json.key("fields")
    json.array { json in
      json.object { json in
        json.member("key", "text")
        json.member("label", "What")
        json.member("format", "string")
      }
    }
  }
}
