import ProfileModel
import TextWriting
import Wording

extension FunctionComparison {
  /// The comparison as JSON: both sides, the answer, warnings, and `functions` with their self and total changes.
  package func json(limit: Int? = nil) -> [UInt8] {
    var json = JSONWriter(indentation: 2)
    json.object { json in
      json.member("sentence", sentence)
      json.key("before")
      json.object { before.write(to: &$0) }
      json.key("after")
      json.object { after.write(to: &$0) }
      json.member("warnings", warnings)
      json.member("sort", options.measure.rawValue)
      json.member("per", perText)
      json.member("tolerance", options.tolerance)
      json.key("units")
      json.object { json in
        json.member("kind", units.areRuns ? "runs" : units.arePaired ? "paired-blocks" : "blocks")
        json.member("before", units.before)
        json.member("after", units.after)
      }
      json.member("advice", advice)
      json.member("changed", changed.count)
      json.key("whole")
      if let whole { json.object { Self.write(whole, to: &$0) } } else { json.value(nil) }
      json.key("functions")
      json.array { json in
        for row in rows.prefix(max(0, limit ?? rows.count)) { json.object { Self.write(row, to: &$0) } }
      }
      json.key("modules")
      json.array { json in
        for part in modules {
          json.object { json in
            json.member("name", part.name)
            Self.write(part.change, to: &json)
          }
        }
      }
    }
    json.endLine()
    return json.bytes
  }

  /// What amounts are divided by, in a word.
  package var perText: String {
    switch options.basis {
    case .share: "share"
    case .second: "second"
    case .work, .calls: "work"
    }
  }

  private static func write(_ row: Row, to json: inout JSONWriter) {
    json.member("name", row.name)
    json.member("module", row.function.module)
    json.member("new", row.isNew)
    json.member("vanished", row.isVanished)
    json.member("movedWith", row.movedWith)
    for measure in Measure.allCases {
      json.key(measure.rawValue)
      json.object { write(row.change(measure), to: &$0) }
    }
  }

  private static func write(_ change: Change, to json: inout JSONWriter) {
    json.member("before", change.before)
    json.member("after", change.after)
    json.member("change", change.difference)
    json.member("low", change.low)
    json.member("high", change.high)
    json.member("margin", change.margin)
    json.member("samplesBefore", change.observations.before)
    json.member("samplesAfter", change.observations.after)
    json.member("probability", change.probability)
    json.member("visible", change.visible)
    json.member("diluted", change.isDiluted)
    json.member("verdict", change.verdict.rawValue)
  }
}
