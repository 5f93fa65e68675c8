import BinaryReading
import PprofSchema
import ProfileModel
import SwiftProtobuf

extension Pprof {
  /// Reads a file, compressed or not.
  ///
  /// Each sample type is a value type, with its values as they stand. The one to look at first is the file's default;
  /// most files name none. Labels `pid`, `process`, `tid` and `thread` become processes and threads.
  ///
  /// - Parameter limit: The most bytes that a compressed file may hold.
  public static func read(_ bytes: [UInt8], limit: Int = 1 << 29) throws(ProfileFormatError) -> Profile {
    let isCompressed = bytes.starts(with: [0x1F, 0x8B])
    let plain = isCompressed ? try Gzip.decompress(bytes, limit: limit) : bytes
    var decodingOptions = BinaryDecodingOptions()
    decodingOptions.discardUnknownFields = true
    decodingOptions.messageDepthLimit = 10
    guard let message = try? Pprof_Profile(serializedBytes: plain, options: decodingOptions) else {
      throw .badProtobuf
    }
    var reader = PprofReader(message)
    return try reader.read()
  }
}

struct PprofReader {
  private let message: Pprof_Profile
  private var builder = ProfileBuilder()
  private var functions: [UInt64: Pprof_Function] = [:]
  private var modules: [UInt64: (id: ModuleID, mapping: Pprof_Mapping)] = [:]
  /// Frames of each location, outermost first.
  private var frames: [UInt64: [FrameID]] = [:]
  private var processes: [ProcessKey: ProcessID] = [:]
  private var threads: [ThreadKey: ThreadID] = [:]

  private struct ProcessKey: Hashable {
    var pid: Int32
    var name: String
  }
  private struct ThreadKey: Hashable {
    var process: ProcessID
    var tid: Int32
    var name: String
  }

  init(_ message: Pprof_Profile) { self.message = message }

  mutating func read() throws(ProfileFormatError) -> Profile {
    guard !message.sampleType.isEmpty || message.sample.isEmpty, !message.stringTable.isEmpty else {
      throw .noSamples(format: "pprof", badLine: nil)
    }
    try readTables()
    try readValueTypes()
    var totals = [Int64](repeating: 0, count: message.sampleType.count)
    for sample in message.sample {
      guard sample.value.count == message.sampleType.count else {
        throw .badReference(table: "sample_type", value: Int64(sample.value.count))
      }
      let thread = try thread(of: sample)
      let stack = try stack(of: sample)
      for (type, weight) in sample.value.enumerated() where weight != 0 {
        guard weight > 0 else { throw .negativeValues }
        let sum = totals[type].addingReportingOverflow(weight)
        guard !sum.overflow else { throw .valueTooLarge }
        totals[type] = sum.partialValue
        builder.profile.samples.append(
          Sample(time: 0, thread: thread, stack: stack, weight: weight, value: ValueTypeID(index: type)))
      }
    }
    try readMetadata()
    return builder.profile
  }

  private mutating func readValueTypes() throws(ProfileFormatError) {
    guard !message.sampleType.isEmpty else { return }
    let periodType = (try string(message.periodType.type), try string(message.periodType.unit))
    let period = message.period > 0 ? message.period : nil
    builder.profile.valueTypes = []
    for row in message.sampleType {
      var type = ValueType(name: try string(row.type), unit: ValueType.Unit(try string(row.unit)))
      type.isCount = type.unit == .count && (type.name == "samples" || type.name == "sample")
      if (type.name, type.unit.description) == periodType || type.isCount && periodType.1 == "nanoseconds" {
        type.period = period
      }
      builder.profile.valueTypes.append(type)
    }
    let preferred = try string(message.defaultSampleType)
    if !preferred.isEmpty { builder.profile.preferredValue = builder.profile.valueType(named: preferred) }
  }

  private func string(_ index: Int64) throws(ProfileFormatError) -> String {
    guard let index = Int(exactly: index), message.stringTable.indices.contains(index) else {
      throw .badReference(table: "string_table", value: index)
    }
    return message.stringTable[index]
  }

  private mutating func readMetadata() throws(ProfileFormatError) {
    var metadata = ProfileMetadata()
    metadata.sampler = "pprof"
    metadata.startTime = message.timeNanos > 0 ? UInt64(message.timeNanos) : nil
    metadata.durationSeconds = Double(max(0, message.durationNanos)) / 1e9
    let periodType = (try string(message.periodType.type), try string(message.periodType.unit))
    if message.period > 0, periodType == ("cpu", "nanoseconds") {
      metadata.requestedFrequency = (1e9 / Double(message.period) * 1000).rounded() / 1000
    }
    for comment in message.comment {
      let text = try string(comment)
      if text.hasPrefix("sampler ") {
        metadata.sampler = SamplerKind(String(text.dropFirst("sampler ".count)))
      } else if !text.isEmpty {
        metadata.notes.append(.sentence(text))
      }
    }
    builder.profile.metadata = metadata
  }

  private mutating func readTables() throws(ProfileFormatError) {
    for mapping in message.mapping {
      let path = try string(mapping.filename)
      let module = Module(path: path, buildID: BuildID(hexadecimal: try string(mapping.buildID)))
      modules[mapping.id] = (builder.intern(module), mapping)
    }
    for function in message.function { functions[function.id] = function }
    for location in message.location { frames[location.id] = try frames(of: location) }
  }

  private mutating func frames(of location: Pprof_Location) throws(ProfileFormatError) -> [FrameID] {
    let module = modules[location.mappingID]
    guard module != nil || location.mappingID == 0 else {
      throw .badReference(table: "mapping", value: Int64(bitPattern: location.mappingID))
    }
    let path = module.map { builder.profile.modules[$0.id.index].path } ?? ""
    let kind = Self.kind(ofModule: path)
    // The address within the file; the same as the symbol table's for files that perfprof wrote.
    let start = module.map(\.mapping.memoryStart) ?? 0
    let address = location.address >= start ? location.address - start &+ (module?.mapping.fileOffset ?? 0) : 0
    guard !location.line.isEmpty else {
      let name = (module.map { builder.profile.modules[$0.id.index].name } ?? "") + "+0x" + String(address, radix: 16)
      let text = module == nil ? "0x" + String(location.address, radix: 16) : name
      let function = builder.intern(Function(name: text, module: module?.id, isSymbolized: false))
      return [builder.intern(Frame(function: function, kind: kind, address: address))]
    }
    var result: [FrameID] = []
    for line in location.line.reversed() {
      guard let row = functions[line.functionID] else {
        throw .badReference(table: "function", value: Int64(bitPattern: line.functionID))
      }
      let systemName = try string(row.systemName)
      let name = try string(row.name)
      let file = try string(row.filename)
      let (text, marker) = FrameNotation.parse(name.isEmpty ? systemName : name)
      let isMarker = marker == .truncated || marker == .elided
      let frameKind = isMarker ? marker : result.isEmpty ? kind : .inlined
      var function = FrameNotation.function(
        named: isMarker ? text : name.isEmpty ? systemName : name, module: module?.id, kind: frameKind)
      function.linkageName = systemName.isEmpty || systemName == name ? nil : systemName
      function.file = file.isEmpty ? nil : file
      let frame = Frame(
        function: builder.intern(function), kind: frameKind, line: UInt32(exactly: line.line) ?? 0, address: address)
      result.append(builder.intern(frame))
    }
    return result
  }

  private static func kind(ofModule path: String) -> FrameKind {
    if path.hasPrefix("[kernel") || path.hasSuffix(".ko") { return .kernel }
    return path == "[jit]" || path.hasPrefix("/tmp/perf-") ? .jit : .user
  }

  private mutating func stack(of sample: Pprof_Sample) throws(ProfileFormatError) -> StackID? {
    var stack: StackID?
    for id in sample.locationID.reversed() {
      guard let location = frames[id] else {
        throw .badReference(table: "location", value: Int64(bitPattern: id))
      }
      for frame in location { stack = builder.intern(parent: stack, frame: asPlaced(frame, isRoot: stack == nil)) }
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

  private mutating func thread(of sample: Pprof_Sample) throws(ProfileFormatError) -> ThreadID {
    var process = ProcessKey(pid: 0, name: "")
    var thread = ThreadKey(process: ProcessID(index: 0), tid: 0, name: "")
    for label in sample.label {
      switch try string(label.key) {
      case "pid", "process_id": process.pid = Int32(exactly: label.num) ?? 0
      case "process", "comm": process.name = try string(label.str)
      case "tid", "thread_id", "thread id": thread.tid = Int32(exactly: label.num) ?? 0
      case "thread", "thread_name": thread.name = try string(label.str)
      default: continue
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
    return id
  }
}
