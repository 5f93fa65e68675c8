import ProfileModel
import TextWriting

/// The processed profile format of <https://profiler.firefox.com>, version 56; the viewer upgrades older versions.
///
/// Every process under each of its names has a `pid` of its own, and every thread a `tid`, since the viewer keeps one
/// process for a `pid` and one main thread in it. Each thread has its own tables of stacks, frames and functions; libraries and strings are shared. Times are
/// milliseconds; samples of a source without times stand one interval apart.
public enum FirefoxProfile {
  /// The version written (docs-developer/CHANGELOG-formats.md of the viewer).
  static let version = 56

  /// Categories, which the viewer colors by; the first must be grey.
  static let categories: [(name: String, color: String)] = [
    ("Other", "grey"), ("User", "yellow"), ("Kernel", "orange"), ("JIT", "lightblue"), ("Inlined", "green"),
  ]

  /// The file as bytes.
  public static func bytes(of selected: SelectedProfile) -> [UInt8] {
    var result: [UInt8] = []
    write(selected) { result.append(contentsOf: $0) }
    return result
  }

  /// Writes the file in a piece for each thread.
  ///
  /// - Complexity: O(samples + for each thread the stack nodes that it uses)
  public static func write<E: Error>(
    _ selected: SelectedProfile, to output: ([UInt8]) throws(E) -> Void
  ) throws(E) {
    let profile = selected.profile
    var strings = FirefoxStrings()
    var samples = [[Sample]](repeating: [], count: profile.threads.count)
    for sample in selected.samples where sample.weight > 0 {
      samples[sample.thread.index].append(sample)
    }
    let interval = intervalMilliseconds(profile)
    let isSampled = samples.map { !$0.isEmpty }
    let identities = FirefoxIdentities(profile, isSampled: isSampled).threads
    let markers = FirefoxMarkers(profile, isWritten: isSampled)
    let hasTimes = profile.samples.contains { $0.time != 0 }
    var json = JSONWriter()
    try json.object { json throws(E) in
      json.key("meta")
      json.object { writeMeta(profile, interval, to: &$0) }
      json.key("libs")
      json.array { json in
        for module in profile.modules { json.object { write(module, to: &$0) } }
      }
      json.key("pages")
      json.array { _ in }
      json.key("counters")
      json.array { _ in }
      json.key("threads")
      var rows = [UInt32](repeating: FirefoxThread.none, count: profile.stacks.count)
      try json.array { json throws(E) in
        for (index, thread) in profile.threads.enumerated() where !samples[index].isEmpty {
          let tables = FirefoxThread(
            profile, thread, identities[index], samples[index], rows: &rows, unit: selected.value.unit,
            interval: hasTimes ? nil : interval)
          json.object { tables.write(index, markers, to: &$0, &strings) }
          try output(json.take())
        }
      }
      // Last, because the threads' tables fill it.
      json.key("shared")
      json.object { $0.member("stringArray", strings.texts) }
    }
    json.endLine()
    try output(json.take())
  }

  private static func intervalMilliseconds(_ profile: Profile) -> Double {
    let period = profile.metadata.samplePeriodNanoseconds
    return period > 0 ? period / 1e6 : 1
  }

  private static func writeMeta(_ profile: Profile, _ interval: Double, to json: inout JSONWriter) {
    json.member("version", 24)
    json.member("preprocessedProfileVersion", version)
    json.member("product", profile.title)
    json.member("importedFrom", "perfprof")
    json.member("startTime", Double(profile.metadata.startTime ?? 0) / 1e6)
    json.member("interval", interval)
    json.member("processType", 0)
    json.member("stackwalk", 1)
    json.member("debug", false)
    json.member("symbolicated", true)
    json.member("sourceCodeIsNotOnSearchfox", true)
    json.member("usesOnlyOneStackType", true)
    json.member("platform", "Linux")
    json.member("oscpu", "Linux")
    json.key("sampleUnits")
    json.object { json in
      json.member("time", "ms")
      json.member("eventDelay", "ms")
      json.member("threadCPUDelta", "µs")
    }
    json.key("categories")
    json.array { json in
      for category in categories {
        json.object { json in
          json.member("name", category.name)
          json.member("color", category.color)
          json.member("subcategories", ["Other"])
        }
      }
    }
    json.key("markerSchema")
    json.array { $0.object { FirefoxMarkers.writeSchema(to: &$0) } }
  }

  private static func write(_ module: Module, to json: inout JSONWriter) {
    json.member("name", module.name)
    json.member("path", module.path)
    json.member("debugName", module.name)
    json.member("debugPath", module.path)
    json.member("breakpadId", module.buildID.map(breakpadID) ?? String(repeating: "0", count: 33))
    json.member("codeId", module.buildID?.description)
    json.member("arch", nil)
  }

  /// A build ID as symbol servers key it: its first 16 bytes read as a little-endian GUID, and an age of 0.
  static func breakpadID(_ buildID: BuildID) -> String {
    let bytes = Array((buildID.bytes + [UInt8](repeating: 0, count: 16)).prefix(16))
    let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    let guid = BuildID(order.map { bytes[$0] })?.description.uppercased() ?? ""
    return guid + "0"
  }
}

/// Strings that tables refer to by index.
struct FirefoxStrings {
  private(set) var texts: [String] = []
  private var indices: [String: Int] = [:]

  mutating func index(of text: String) -> Int {
    if let known = indices[text] { return known }
    indices[text] = texts.count
    texts.append(text)
    return texts.count - 1
  }
}
