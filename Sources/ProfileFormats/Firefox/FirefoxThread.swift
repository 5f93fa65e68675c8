import ProfileModel
import TextWriting

/// One thread of a Firefox profile: those parts of the profile's tables that its samples use.
struct FirefoxThread {
  private let profile: Profile
  private let thread: ThreadRecord
  private let identity: FirefoxIdentities.Identity
  private let samples: [Sample]
  private let unit: ValueType.Unit
  private let interval: Double?
  /// Rows of the thread's tables, by the profile's rows that they stand for.
  private var stacks: [StackID] = []
  private var frames: [PlacedFrame] = []
  private var frameRows = InternedRows()
  /// For each row of `stacks` its frame's row.
  private var frameOfStack: [UInt32] = []
  /// For each row of `stacks` that of the callers; `none` for a root.
  private var prefixOfStack: [UInt32] = []
  /// For each sample the row of its stack; `none` where it has none.
  private var stackOfSample: [UInt32] = []
  private var functions: [FunctionID] = []
  /// For each row of `frames` its function's row.
  private var functionOfFrame: [UInt32] = []
  private var modules: [ModuleID] = []
  private var moduleRows: [ModuleID: Int] = [:]

  /// A frame, and how many of its callers were inlined into one function with it.
  private struct PlacedFrame: Hashable {
    var frame: FrameID
    var inlineDepth: Int
  }

  /// A row that is none.
  static let none = UInt32.max

  /// - Parameters:
  ///   - rows: For each stack of the profile `none`; holds rows meanwhile, since a table by stacks for each thread would
  ///     take longer than all else.
  ///   - unit: What the samples' weights are counted in.
  ///   - interval: Milliseconds from sample to sample where they have no times; else nil.
  init(
    _ profile: Profile, _ thread: ThreadRecord, _ identity: FirefoxIdentities.Identity, _ samples: [Sample],
    rows: inout [UInt32], unit: ValueType.Unit, interval: Double?
  ) {
    self.profile = profile
    self.thread = thread
    self.identity = identity
    self.samples = samples
    self.unit = unit
    self.interval = interval
    stackOfSample = samples.map { sample in
      guard let stack = sample.stack else { return Self.none }
      add(stack, &rows)
      return rows[stack.index]
    }
    for stack in stacks { rows[stack.index] = Self.none }
    var functionRows = InternedRows()
    functionOfFrame = frames.map { frame in
      let row = functionRows.intern(profile.frames[frame.frame.index].function, in: &functions)
      return UInt32(truncatingIfNeeded: row)
    }
    for function in functions {
      guard let module = profile.functions[function.index].module, moduleRows[module] == nil else { continue }
      moduleRows[module] = modules.count
      modules.append(module)
    }
  }

  /// Adds a stack after its callers, as the table's order demands.
  private mutating func add(_ stack: StackID, _ rows: inout [UInt32]) {
    var missing: [StackID] = []
    var next: StackID? = stack
    while let node = next, rows[node.index] == Self.none {
      missing.append(node)
      next = profile.stacks.parent(of: node)
    }
    for node in missing.reversed() {
      let caller = profile.stacks.parent(of: node).map { rows[$0.index] } ?? Self.none
      rows[node.index] = UInt32(truncatingIfNeeded: stacks.count)
      stacks.append(node)
      prefixOfStack.append(caller)
      var frame = PlacedFrame(frame: FrameID(rawValue: profile.stacks.frame(of: node)), inlineDepth: 0)
      if profile.frames[frame.frame.index].kind == .inlined {
        frame.inlineDepth = 1 + (caller == Self.none ? 0 : frames[Int(frameOfStack[Int(caller)])].inlineDepth)
      }
      frameOfStack.append(UInt32(truncatingIfNeeded: frameRows.intern(frame, in: &frames)))
    }
  }

  /// - Parameter index: Of the thread, for its markers.
  func write(
    _ index: Int, _ markers: FirefoxMarkers, to json: inout JSONWriter, _ strings: inout FirefoxStrings
  ) {
    let process = profile.processes[thread.process.index]
    json.member("name", thread.name.isEmpty ? profile.title : thread.name)
    json.member("isMainThread", identity.isMain)
    json.member("processType", "default")
    json.member("processName", process.name.isEmpty ? profile.title : process.name)
    json.member("processStartupTime", 0)
    json.member("processShutdownTime", nil)
    json.member("registerTime", 0)
    json.member("unregisterTime", nil)
    json.member("pausedRanges", [String]())
    json.member("pid", identity.pid)
    json.member("tid", identity.tid)
    json.member("showMarkersInTimeline", false)
    writeSamples(to: &json)
    markers.write(ofThread: index, to: &json, &strings)
    writeStacks(to: &json)
    writeFrames(to: &json)
    writeFunctions(to: &json, &strings)
    writeResources(to: &json, &strings)
    table("nativeSymbols", 0, to: &json) { json in
      for column in ["libIndex", "address", "name", "functionSize"] { json.member(column, [String]()) }
    }
  }

  private func writeSamples(to json: inout JSONWriter) {
    table("samples", samples.count, to: &json) { json in
      json.member("weightType", unit == .bytes ? "bytes" : unit == .nanoseconds ? "tracing-ms" : "samples")
      column("stack", stackOfSample, to: &json) { Self.write(row: $0, to: &$1) }
      column("time", Array(samples.enumerated()), to: &json) { entry, json in
        json.value(interval.map { Double(entry.offset) * $0 } ?? Double(entry.element.time) / 1e6)
      }
      column("weight", samples, to: &json) { sample, json in
        if unit == .nanoseconds { json.value(Double(sample.weight) / 1e6) } else { json.value(sample.weight) }
      }
    }
  }

  private func writeStacks(to json: inout JSONWriter) {
    table("stackTable", stacks.count, to: &json) { json in
      column("frame", frameOfStack, to: &json) { $1.value($0) }
      column("prefix", prefixOfStack, to: &json) { Self.write(row: $0, to: &$1) }
    }
  }

  private func writeFrames(to json: inout JSONWriter) {
    let rows = frames.map { profile.frames[$0.frame.index] }
    table("frameTable", rows.count, to: &json) { json in
      column("address", rows, to: &json) { frame, json in
        let hasModule = profile.functions[frame.function.index].module != nil && frame.address != 0
        if hasModule { json.value(frame.address) } else { json.value(-1) }
      }
      column("inlineDepth", frames, to: &json) { $1.value($0.inlineDepth) }
      column("category", rows, to: &json) { $1.value(Self.category(of: $0.kind)) }
      column("subcategory", rows, to: &json) { $1.value(0) }
      column("func", functionOfFrame, to: &json) { $1.value($0) }
      column("nativeSymbol", rows, to: &json) { $1.value(nil) }
      column("innerWindowID", rows, to: &json) { $1.value(0) }
      column("line", rows, to: &json) { Self.write(index: $0.line == 0 ? nil : Int($0.line), to: &$1) }
      column("column", rows, to: &json) { $1.value(nil) }
    }
  }

  private func writeFunctions(to json: inout JSONWriter, _ strings: inout FirefoxStrings) {
    let rows = functions.map { profile.functions[$0.index] }
    let names = rows.map { strings.index(of: $0.name) }
    let files = rows.map { row in row.file.map { strings.index(of: $0) } }
    table("funcTable", rows.count, to: &json) { json in
      column("name", names, to: &json) { $1.value($0) }
      column("isJS", rows, to: &json) { $1.value(false) }
      column("relevantForJS", rows, to: &json) { $1.value(false) }
      column("resource", rows, to: &json) { $1.value($0.module.flatMap { moduleRows[$0] } ?? -1) }
      column("fileName", files, to: &json) { Self.write(index: $0, to: &$1) }
      column("lineNumber", rows, to: &json) { $1.value(nil) }
      column("columnNumber", rows, to: &json) { $1.value(nil) }
    }
  }

  private func writeResources(to json: inout JSONWriter, _ strings: inout FirefoxStrings) {
    let names = modules.map { strings.index(of: profile.modules[$0.index].name) }
    table("resourceTable", modules.count, to: &json) { json in
      column("lib", modules, to: &json) { $1.value($0.index) }
      column("name", names, to: &json) { $1.value($0) }
      column("host", modules, to: &json) { $1.value(nil) }
      // 1 is a library.
      column("type", modules, to: &json) { $1.value(1) }
    }
  }

  private func table(_ name: String, _ length: Int, to json: inout JSONWriter, _ columns: (inout JSONWriter) -> Void) {
    json.key(name)
    json.object { json in
      json.member("length", length)
      columns(&json)
    }
  }

  private func column<Row>(
    _ name: String, _ rows: [Row], to json: inout JSONWriter, _ write: (Row, inout JSONWriter) -> Void
  ) {
    json.key(name)
    json.array { json in
      for row in rows { write(row, &json) }
    }
  }

  private static func write(row: UInt32, to json: inout JSONWriter) {
    if row == none { json.value(nil) } else { json.value(row) }
  }

  private static func write(index: Int?, to json: inout JSONWriter) {
    if let index { json.value(index) } else { json.value(nil) }
  }

  private static func category(of kind: FrameKind) -> Int {
    switch kind {
    case .truncated, .elided, .task, .asyncGap: 0
    case .user, .asyncCaller: 1
    case .kernel: 2
    case .jit: 3
    case .inlined: 4
    }
  }
}
