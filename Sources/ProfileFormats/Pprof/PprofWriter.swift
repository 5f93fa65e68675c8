import PprofSchema
import ProfileModel
import SwiftProtobuf
import Wording

/// The profile format of the pprof tools (<https://github.com/google/pprof>), gzip-compressed.
public enum Pprof {
  /// What to write.
  public struct Options: Hashable, Sendable {
    /// Whether all value types are written, and not only the selected one.
    public var writesAllValues: Bool

    /// All value types.
    public init(writesAllValues: Bool = true) { self.writesAllValues = writesAllValues }
  }

  /// The file as bytes.
  ///
  /// Samples of equal thread and stack are one sample with the sums of their weights; their times are not kept. Each
  /// value type is a sample type; behind `samples` whose period is known comes `cpu` with the time that they stand for.
  /// Process and thread are labels. An address with the functions inlined there is one location.
  public static func bytes(
    of selected: SelectedProfile, _ options: Options = Options()
  ) throws(ProfileFormatError) -> [UInt8] {
    var writer = PprofWriter(selected, options)
    writer.addTables()
    writer.addSamples()
    guard let plain: [UInt8] = try? writer.message.serializedBytes(), let result = Gzip.compress(plain) else {
      throw .valueTooLarge
    }
    return result
  }
}

struct PprofWriter {
  private struct SampleKey: Hashable {
    var thread: ThreadID
    var stack: StackID?
  }

  private(set) var message = Pprof_Profile()
  private let profile: Profile
  private let selected: SelectedProfile
  /// The value types written, and for each its first column.
  private let values: [ValueTypeID]
  private var columns: [Int] = []
  private var strings: [String: Int64] = ["": 0]
  /// Frames of one location from the caller to the innermost inlined one, and the location's id.
  private var locations: [[UInt32]: UInt64] = [:]
  /// For each frame the location that it is alone; 0 for none yet. Nearly all are of this kind.
  private var locationOfFrame: [UInt64]
  /// For each node of the stack table the location that ends there, and the node above that location.
  private var locationEndingAt: [(id: UInt64, above: StackID?)?]
  private let mappingOrder: [ModuleID]
  private var mappingIDs: [ModuleID: UInt64] = [:]

  init(_ selected: SelectedProfile, _ options: Pprof.Options) {
    let profile = selected.profile
    self.selected = selected
    self.profile = profile
    values =
      options.writesAllValues ? profile.valueTypes.indices.map { ValueTypeID(index: $0) } : [selected.selection.value]
    locationOfFrame = Array(repeating: 0, count: profile.frames.count)
    locationEndingAt = Array(repeating: nil, count: profile.stacks.count)
    mappingOrder = Self.mainModuleFirst(profile)
    message.stringTable = [""]
  }

  mutating func addTables() {
    addTypes()
    var limits = [UInt64](repeating: 0, count: profile.modules.count)
    for frame in profile.frames {
      guard let module = profile.functions[frame.function.index].module else { continue }
      limits[module.index] = max(limits[module.index], frame.address)
    }
    let hasLines = profile.frames.contains { $0.line != 0 }
    let hasInlines = profile.frames.contains { $0.kind == .inlined }
    for module in mappingOrder {
      let record = profile.modules[module.index]
      var mapping = Pprof_Mapping()
      mapping.id = UInt64(message.mapping.count + 1)
      // Addresses are those of the file's symbol table, so the image counts as mapped at 0.
      mapping.memoryLimit = limits[module.index].addingReportingOverflow(1).partialValue
      mapping.filename = intern(record.path)
      mapping.buildID = intern(record.buildID?.description ?? "")
      // Names are final: without this, tools look for binaries to find other ones.
      mapping.hasFunctions_p = true
      mapping.hasFilenames_p = hasLines
      mapping.hasLineNumbers_p = hasLines
      mapping.hasInlineFrames_p = hasInlines
      mappingIDs[module] = mapping.id
      message.mapping.append(mapping)
    }
    for function in profile.functions {
      var row = Pprof_Function()
      row.id = UInt64(message.function.count + 1)
      row.name = intern(function.name)
      row.systemName = function.linkageName.map { intern($0) } ?? row.name
      row.filename = intern(function.file ?? "")
      message.function.append(row)
    }
  }

  private mutating func addTypes() {
    let hasTime = profile.valueTypes.contains { $0.name == "cpu" && $0.unit == .nanoseconds }
    for value in values {
      let row = profile.valueTypes[value.index]
      columns.append(message.sampleType.count)
      message.sampleType.append(type(row.name, row.unit.description))
      guard let period = row.period, period > 0 else { continue }
      if row.isCount, row.cpuNanoseconds(of: 1) != nil {
        if !hasTime { message.sampleType.append(type("cpu", "nanoseconds")) }
        message.periodType = type("cpu", "nanoseconds")
      } else {
        message.periodType = type(row.name, row.unit.description)
      }
      message.period = period
    }
    // Without it the last is shown.
    if values.count > 1, profile.preferredValue != nil {
      message.defaultSampleType = intern(profile.valueTypes[selected.selection.value.index].name)
    }
    message.timeNanos = Int64(clamping: profile.metadata.startTime ?? 0)
    message.durationNanos = Int64(exactly: (profile.metadata.durationSeconds * 1e9).rounded()) ?? 0
    message.comment = profile.metadata.notes.map { intern($0.sentence) }
    if !profile.metadata.sampler.isUnknown {
      message.comment.insert(intern("sampler " + profile.metadata.sampler.name), at: 0)
    }
  }

  mutating func addSamples() {
    var rows = InternedRows()
    var order: [SampleKey] = []
    // Row by row, with a weight for each column.
    let width = message.sampleType.count
    var weights: [Int64] = []
    for (value, column) in zip(values, columns) {
      for sample in selected.with(value).samples where sample.weight > 0 {
        let key = SampleKey(thread: sample.thread, stack: sample.stack)
        let row = rows.intern(key, in: &order)
        if weights.count < order.count * width { weights.append(contentsOf: repeatElement(0, count: width)) }
        weights[row * width + column].addSaturating(sample.weight)
      }
    }
    let threadLabels = profile.threads.map { labels(of: $0) }
    message.sample.reserveCapacity(order.count)
    for (row, key) in order.enumerated() {
      var sample = Pprof_Sample()
      sample.locationID = locationIDs(of: key.stack)
      sample.value = Array(weights[row * width..<(row + 1) * width])
      for (value, column) in zip(values, columns) where isFollowedByTime(value, column) {
        let period = profile.valueTypes[value.index].period ?? 0
        let (time, overflow) = sample.value[column].multipliedReportingOverflow(by: period)
        sample.value[column + 1] = overflow ? .max : time
      }
      sample.label = threadLabels[key.thread.index]
      message.sample.append(sample)
    }
  }

  /// Whether the CPU time of a value type stands behind it in a column of its own.
  private func isFollowedByTime(_ value: ValueTypeID, _ column: Int) -> Bool {
    let next = columns.first { $0 > column } ?? message.sampleType.count
    return next > column + 1 && profile.valueTypes[value.index].isCount
  }

  private mutating func labels(of thread: ThreadRecord) -> [Pprof_Label] {
    let process = profile.processes[thread.process.index]
    var labels = [label("process", process.name), label("thread", thread.name)]
    if process.pid != 0 { labels.append(label("pid", number: process.pid)) }
    if thread.tid != 0 { labels.append(label("tid", number: thread.tid)) }
    return labels
  }

  private mutating func locationIDs(of stack: StackID?) -> [UInt64] {
    var ids: [UInt64] = []
    var next = stack
    while let node = next {
      let location = location(endingAt: node)
      ids.append(location.id)
      next = location.above
    }
    return ids
  }

  /// A location is a frame and the inlined frames called from it at the same address.
  private mutating func location(endingAt leaf: StackID) -> (id: UInt64, above: StackID?) {
    if let known = locationEndingAt[leaf.index] { return known }
    var group = [profile.stacks.frame(of: leaf)]
    var above = profile.stacks.parent(of: leaf)
    while profile.frames[Int(group[group.count - 1])].kind == .inlined, let node = above {
      let caller = profile.stacks.frame(of: node)
      guard belongsToOneAddress(profile.frames[Int(caller)], profile.frames[Int(group[0])]) else { break }
      group.append(caller)
      above = profile.stacks.parent(of: node)
    }
    let result = (locationID(of: group), above)
    locationEndingAt[leaf.index] = result
    return result
  }

  private func belongsToOneAddress(_ caller: Frame, _ inlined: Frame) -> Bool {
    !caller.kind.isMarker && caller.address == inlined.address
  }

  /// - Parameter group: Innermost first.
  private mutating func locationID(of group: [UInt32]) -> UInt64 {
    let single = group.count == 1 ? Int(group[0]) : nil
    if let single, locationOfFrame[single] != 0 { return locationOfFrame[single] }
    if single == nil, let known = locations[group] { return known }
    var location = Pprof_Location()
    location.id = UInt64(message.location.count + 1)
    let outermost = profile.frames[Int(group[group.count - 1])]
    location.address = outermost.address
    if let module = profile.functions[outermost.function.index].module { location.mappingID = mappingIDs[module] ?? 0 }
    location.line = group.map { index in
      var line = Pprof_Line()
      line.functionID = UInt64(profile.frames[Int(index)].function.rawValue) + 1
      line.line = Int64(profile.frames[Int(index)].line)
      return line
    }
    message.location.append(location)
    if let single { locationOfFrame[single] = location.id } else { locations[group] = location.id }
    return location.id
  }

  private mutating func intern(_ text: String) -> Int64 {
    if let known = strings[text] { return known }
    let index = Int64(message.stringTable.count)
    message.stringTable.append(text)
    strings[text] = index
    return index
  }

  private mutating func type(_ name: String, _ unit: String) -> Pprof_ValueType {
    var type = Pprof_ValueType()
    type.type = intern(name)
    type.unit = intern(unit)
    return type
  }

  private mutating func label(_ key: String, _ text: String) -> Pprof_Label {
    var label = Pprof_Label()
    label.key = intern(key)
    label.str = intern(text)
    return label
  }

  private mutating func label(_ key: String, number: Int32) -> Pprof_Label {
    var label = Pprof_Label()
    label.key = intern(key)
    label.num = Int64(number)
    return label
  }

  /// The main binary is the one named as the first process (the kernel cuts its name to 15 bytes), else the first.
  private static func mainModuleFirst(_ profile: Profile) -> [ModuleID] {
    var order = profile.modules.indices.map { ModuleID(index: $0) }
    guard let name = profile.processes.first?.name, !name.isEmpty,
      let main = order.firstIndex(where: { profile.modules[$0.index].name.hasPrefix(name) })
    else { return order }
    order.insert(order.remove(at: main), at: 0)
    return order
  }
}
