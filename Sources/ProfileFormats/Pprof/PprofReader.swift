import BinaryReading
import ProfileModel

extension Pprof {
  /// Reads a file, compressed or not.
  ///
  /// Each sample type is a value type, with its values as they stand. The one to look at first is the file's default;
  /// most files name none. Labels `pid`, `process`, `tid` and `thread` become processes and threads. A mapping that is
  /// not listed is none, as for the pprof tools; names are bytes in any encoding, repaired where they are no UTF-8.
  ///
  /// - Parameter limit: The most bytes that a compressed file may hold.
  public static func read(_ bytes: [UInt8], limit: Int = 1 << 29) throws(ProfileFormatError) -> Profile {
    let plain = bytes.starts(with: [0x1F, 0x8B]) ? try Gzip.decompress(bytes, limit: limit) : bytes
    var reader = PprofReader()
    return try reader.read(plain.rawSpan)
  }
}

struct PprofReader {
  private struct ProcessKey: Hashable {
    var pid: Int32
    var name: String
  }
  private struct ThreadKey: Hashable {
    var process: ProcessID
    var tid: Int32
    var name: String
  }
  private struct Call: Hashable {
    var caller: StackID?
    var location: Int
  }
  private enum Label {
    case pid, process, tid, thread, other
  }

  private var builder = ProfileBuilder()
  private var budget = InputBudget()
  private var modules: [UInt64: (id: ModuleID, start: UInt64, fileOffset: UInt64)] = [:]
  /// Where the frames of each location lie in `frames`, outermost first; nil until they are needed.
  private var framesOfLocation: [Range<Int>?] = []
  private var frames: [FrameID] = []
  /// What the file asks to leave out, whether that was understood, and from how many samples something was.
  private var pruning: FramePruning?
  private var isPruningUnderstood = true
  private var prunedSamples = 0
  /// For each location what is left out, once it was needed.
  private var cuts: [FramePruning.Cut?] = []
  /// The stack of a location called from another stack: most calls come again.
  private var calls: [Call: StackID] = [:]
  private var labels: [Int64: Label] = [:]
  /// Strings that were read, so that equal ones share their memory.
  private var strings: [Int64: String] = [:]
  private var processes: [ProcessKey: ProcessID] = [:]
  private var threads: [ThreadKey: ThreadID] = [:]
  private var unlabelled: ThreadID?

  mutating func read(_ bytes: RawSpan) throws(ProfileFormatError) -> Profile {
    let tables = try PprofTables(bytes)
    guard !tables.sampleTypes.isEmpty || tables.samples.isEmpty, tables.stringCount > 0 else {
      throw .noSamples(format: "pprof", badLine: nil)
    }
    try readModules(tables, bytes)
    try readValueTypes(tables, bytes)
    framesOfLocation = Array(repeating: nil, count: tables.locations.count)
    (pruning, isPruningUnderstood) = FramePruning.of(
      drop: try tables.string(tables.dropFrames, in: bytes), keep: try tables.string(tables.keepFrames, in: bytes))
    if pruning != nil { cuts = Array(repeating: nil, count: tables.locations.count) }
    try readSamples(tables, bytes)
    try readMetadata(tables, bytes)
    return builder.profile
  }

  private mutating func readSamples(_ tables: PprofTables, _ bytes: RawSpan) throws(ProfileFormatError) {
    var totals = [Int64](repeating: 0, count: tables.sampleTypes.count)
    var ids: [UInt64] = []
    var values: [UInt64] = []
    for range in tables.samples {
      ids.removeAll(keepingCapacity: true)
      values.removeAll(keepingCapacity: true)
      var labels: [Range<Int>] = []
      var reader = WireReader(bytes, range)
      while let (field, value) = try reader.next() {
        switch field {
        case 1: try bytes.numbers(value, into: &ids, limit: 1_000_000)
        case 2: try bytes.numbers(value, into: &values, limit: 1_000_000)
        case 3: labels.append(try value.range())
        default: continue
        }
      }
      guard values.count == totals.count else {
        throw .badReference(table: "sample_type", value: Int64(values.count))
      }
      let thread = try thread(labels, tables, bytes)
      let stack = try stack(ids, tables, bytes)
      for (type, value) in values.enumerated() where value != 0 {
        let weight = Int64(bitPattern: value)
        guard weight > 0 else { throw .negativeValues }
        let sum = totals[type].addingReportingOverflow(weight)
        guard !sum.overflow else { throw .valueTooLarge }
        totals[type] = sum.partialValue
        builder.profile.samples.append(
          Sample(time: 0, thread: thread, stack: stack, weight: weight, value: ValueTypeID(index: type)))
      }
      try budget.check(builder.profile)
    }
    // A default that has no value shows nothing.
    if let preferred = builder.profile.preferredValue, totals[preferred.index] == 0 {
      builder.profile.preferredValue = nil
    }
  }

  private mutating func readValueTypes(_ tables: PprofTables, _ bytes: RawSpan) throws(ProfileFormatError) {
    guard !tables.sampleTypes.isEmpty else { return }
    let periodType = (
      try tables.string(tables.periodType.type, in: bytes), try tables.string(tables.periodType.unit, in: bytes)
    )
    let period = tables.period > 0 ? tables.period : nil
    builder.profile.valueTypes = []
    for row in tables.sampleTypes {
      let unit = ValueType.Unit(try tables.string(row.unit, in: bytes))
      var type = ValueType(name: try tables.string(row.type, in: bytes), unit: unit)
      type.isCount = type.unit == .count && (type.name == "samples" || type.name == "sample")
      if (type.name, type.unit.description) == periodType || type.isCount && periodType.1 == "nanoseconds" {
        type.period = period
      }
      builder.profile.valueTypes.append(type)
    }
    let preferred = try tables.string(tables.defaultSampleType, in: bytes)
    if !preferred.isEmpty { builder.profile.preferredValue = builder.profile.valueType(named: preferred) }
  }

  private mutating func readMetadata(_ tables: PprofTables, _ bytes: RawSpan) throws(ProfileFormatError) {
    var metadata = ProfileMetadata()
    metadata.sampler = "pprof"
    metadata.startTime = tables.timeNanos > 0 ? UInt64(tables.timeNanos) : nil
    metadata.durationSeconds = Double(max(0, tables.durationNanos)) / 1e9
    let periodType = (
      try tables.string(tables.periodType.type, in: bytes), try tables.string(tables.periodType.unit, in: bytes)
    )
    if tables.period > 0, periodType == ("cpu", "nanoseconds") {
      metadata.requestedFrequency = (1e9 / Double(tables.period) * 1000).rounded() / 1000
    }
    for comment in tables.comments {
      let text = try tables.string(Int64(bitPattern: comment), in: bytes)
      if text.hasPrefix("sampler ") {
        metadata.sampler = SamplerKind(String(text.dropFirst("sampler ".count)))
      } else if !text.isEmpty {
        metadata.say(text)
      }
    }
    let dropped = try tables.string(tables.dropFrames, in: bytes)
    if !isPruningUnderstood {
      metadata.say(
        "the file asks to leave out functions like \(dropped.prefix(200)) by an expression that is not understood: they are shown"
      )
    } else if prunedSamples > 0 {
      metadata.say(
        "functions like \(dropped.prefix(200)), and what they call, are left out of \(prunedSamples) "
          + (prunedSamples == 1 ? "sample" : "samples") + ", as the file asks")
    }
    builder.profile.metadata = metadata
  }

  private mutating func readModules(_ tables: PprofTables, _ bytes: RawSpan) throws(ProfileFormatError) {
    for mapping in tables.mappings {
      let path = try tables.string(mapping.filename, in: bytes)
      let module = Module(
        path: path, buildID: BuildID(hexadecimal: try tables.string(mapping.buildID, in: bytes)))
      modules[mapping.id] = (builder.intern(module), mapping.memoryStart, mapping.fileOffset)
    }
  }

  /// Finds or makes the frames of location number `row`, outermost first.
  private mutating func frames(
    ofLocation row: Int, _ tables: PprofTables, _ bytes: RawSpan
  ) throws(ProfileFormatError) -> Range<Int> {
    if let known = framesOfLocation[row] { return known }
    let location = try tables.location(row, in: bytes)
    let module = modules[location.mapping]
    let path = module.map { builder.profile.modules[$0.id.index].path } ?? ""
    let kind = FrameNotation.kind(ofModule: path, address: location.address)
    // The address within the file; the same as the symbol table's for files that perfprof wrote.
    let start = module?.start ?? 0
    let address = location.address >= start ? location.address - start &+ (module?.fileOffset ?? 0) : 0
    let first = frames.count
    if location.lines.isEmpty {
      let text = Function.standInName(
        module: module.map { builder.profile.modules[$0.id.index].name },
        address: module == nil ? location.address : address)
      let function = builder.intern(Function(name: text, module: module?.id, isSymbolized: false))
      frames.append(builder.intern(Frame(function: function, kind: kind, address: address)))
    }
    var lines = location.lines[...]
    if case .beneath(let start) = try cut(ofLocation: row, tables, bytes) { lines = lines[start...] }
    for line in lines.reversed() {
      let kind = frames.count == first ? kind : .inlined
      frames.append(try frame(line, module?.id, kind, address, tables, bytes))
    }
    guard frames.count <= InputBudget.names * 4 else {
      throw .limitExceeded(what: "lines of all locations", limit: InputBudget.names * 4)
    }
    framesOfLocation[row] = first..<frames.count
    return first..<frames.count
  }

  /// What is left out of location number `row`.
  private mutating func cut(
    ofLocation row: Int, _ tables: PprofTables, _ bytes: RawSpan
  ) throws(ProfileFormatError) -> FramePruning.Cut {
    guard let pruning else { return .nothing }
    if let known = cuts[row] { return known }
    var names: [String] = []
    for line in try tables.location(row, in: bytes).lines {
      var reader = WireReader(bytes, line)
      var id: UInt64 = 0
      while let (field, value) = try reader.next() {
        if field == 1 { id = value.number }
      }
      guard let function = tables.functionOfID[id].map({ tables.functions[$0] }) else {
        throw .badReference(table: "function", value: Int64(bitPattern: id))
      }
      names.append(try string(function.name, tables, bytes))
      try budget.step(pruning.cost(names.last ?? ""))
    }
    let cut = pruning.cut(names)
    cuts[row] = cut
    return cut
  }

  private mutating func frame(
    _ range: Range<Int>, _ module: ModuleID?, _ kind: FrameKind, _ address: UInt64, _ tables: PprofTables,
    _ bytes: RawSpan
  ) throws(ProfileFormatError) -> FrameID {
    var reader = WireReader(bytes, range)
    var id: UInt64 = 0
    var number: Int64 = 0
    while let (field, value) = try reader.next() {
      if field == 1 { id = value.number }
      if field == 2 { number = value.signed }
    }
    guard let row = tables.functionOfID[id].map({ tables.functions[$0] }) else {
      throw .badReference(table: "function", value: Int64(bitPattern: id))
    }
    let systemName = try string(row.systemName, tables, bytes)
    let name = try string(row.name, tables, bytes)
    let file = try string(row.filename, tables, bytes)
    // Long names that many functions have take as long as many frames.
    try budget.step((systemName.utf8.count + name.utf8.count + file.utf8.count) / 64)
    let (text, marker) = FrameNotation.parse(name.isEmpty ? systemName : name)
    let isMarker = marker == .truncated || marker == .elided
    let frameKind = isMarker ? marker : kind
    var function = FrameNotation.function(
      named: isMarker ? text : name.isEmpty ? systemName : name, module: module, kind: frameKind)
    function.linkageName = systemName.isEmpty || systemName == name ? nil : systemName
    function.file = file.isEmpty ? nil : file
    return builder.intern(
      Frame(function: builder.intern(function), kind: frameKind, line: UInt32(exactly: number) ?? 0, address: address))
  }

  private mutating func stack(
    _ ids: [UInt64], _ tables: PprofTables, _ bytes: RawSpan
  ) throws(ProfileFormatError) -> StackID? {
    var stack: StackID?
    // Nothing is left out before the first frame that stays, or nothing might be left.
    var hasKept = false
    for id in ids.reversed() {
      guard let row = tables.locationOfID[id] else {
        throw .badReference(table: "location", value: Int64(bitPattern: id))
      }
      var isLast = false
      switch try cut(ofLocation: row, tables, bytes) {
      case .nothing: hasKept = true
      case .whole where hasKept:
        prunedSamples += 1
        return stack
      case .whole: break
      case .beneath:
        isLast = hasKept
        if isLast { prunedSamples += 1 }
      }
      // Formats that write each stack out have as many frames.
      try budget.step(framesOfLocation[row]?.count ?? 1)
      let call = Call(caller: stack, location: row)
      if let known = calls[call] {
        stack = known
        if isLast { return stack }
        continue
      }
      let range = try frames(ofLocation: row, tables, bytes)
      try budget.step(range.count)
      for index in range { stack = builder.intern(parent: stack, frame: asPlaced(frames[index], isRoot: stack == nil)) }
      if let stack { calls[call] = stack }
      try budget.check(builder.profile)
      if isLast { break }
    }
    return stack
  }

  /// A marker for a missing root means that only at the root.
  private mutating func asPlaced(_ id: FrameID, isRoot: Bool) -> FrameID {
    var frame = builder.profile.frames[id.index]
    guard frame.kind == .truncated, !isRoot else { return id }
    frame.kind = .user
    return builder.intern(frame)
  }

  private mutating func thread(
    _ ranges: [Range<Int>], _ tables: PprofTables, _ bytes: RawSpan
  ) throws(ProfileFormatError) -> ThreadID {
    if ranges.isEmpty, let unlabelled { return unlabelled }
    var process = ProcessKey(pid: 0, name: "")
    var thread = ThreadKey(process: ProcessID(index: 0), tid: 0, name: "")
    for range in ranges {
      var reader = WireReader(bytes, range)
      var (key, text, number): (Int64, Int64, Int64) = (0, 0, 0)
      while let (field, value) = try reader.next() {
        switch field {
        case 1: key = value.signed
        case 2: text = value.signed
        case 3: number = value.signed
        default: continue
        }
      }
      switch try label(key, tables, bytes) {
      case .pid: process.pid = Int32(exactly: number) ?? 0
      case .process: process.name = try string(text, tables, bytes)
      case .tid: thread.tid = Int32(exactly: number) ?? 0
      case .thread: thread.name = try string(text, tables, bytes)
      case .other: continue
      }
    }
    if process.name.isEmpty { process.name = builder.profile.modules.first?.name ?? "" }
    if process.name.isEmpty { process.name = "[unknown]" }
    if thread.name.isEmpty { thread.name = process.name }
    let processID = processes[process] ?? builder.add(ProcessRecord(pid: process.pid, name: process.name))
    processes[process] = processID
    thread.process = processID
    let id = threads[thread] ?? builder.add(ThreadRecord(process: processID, tid: thread.tid, name: thread.name))
    threads[thread] = id
    if ranges.isEmpty { unlabelled = id }
    return id
  }

  private mutating func string(
    _ index: Int64, _ tables: PprofTables, _ bytes: RawSpan
  ) throws(ProfileFormatError) -> String {
    if let known = strings[index] { return known }
    let text = try tables.string(index, in: bytes)
    strings[index] = text
    return text
  }

  /// What a label is called decides what it means; the same string comes with most samples.
  private mutating func label(
    _ key: Int64, _ tables: PprofTables, _ bytes: RawSpan
  ) throws(ProfileFormatError) -> Label {
    if let known = labels[key] { return known }
    let label: Label =
      switch try tables.string(key, in: bytes) {
      case "pid", "process_id": .pid
      case "process", "comm": .process
      case "tid", "thread_id", "thread id": .tid
      case "thread", "thread_name": .thread
      default: .other
      }
    labels[key] = label
    return label
  }
}
