import ProfileModel
import TextWriting
import Wording

/// What a page aggregates: columns of numbers behind a head in JSON that names them. `Sources/Viewer/model/page-data.d.ts`
/// says the same to the script.
///
///     4 bytes   length of the head, low byte first
///     head      texts, tables of few rows, and `columns`: name, count and length in bytes of each
///     columns   one after the other, see `NumberColumn`
///
///     time            since the sample before, in nanoseconds, signed      thread, stack, weight, value    each sample's
///     treeStack       each sample's in trees, where two sides were made alike; else absent
///     parent          for each stack its distance from its caller's, 0 for none       frame                each stack's
///     function, kind, line                                                                                 each frame's
///     name, full, module, file     of each function: strings by index, plus one, 0 for none; modules likewise
///     shade, named                 of each function
///     instruction                  each frame's, where instructions are here; else absent
///     markTime                     as time, of each mark                  markKind, markCount, markName        each mark's
///     markPid, markTid             whom it is about, 0 for nobody         markMaker   number of the thread that made it
///     markThread, markMakers       beside whose samples it stands, and its maker's: a thread plus one, 0 for none
struct PageData {
  private var columns: [(name: String, column: NumberColumn)] = []
  private var strings: [String] = []
  private var stringIndices: [String: UInt64] = [:]
  /// How many of the samples in columns are the earlier side's.
  private var samplesBefore = 0

  /// The data of a page, before it's compressed.
  static func bytes(_ page: ProfilePage) -> [UInt8] {
    var data = PageData()
    data.add(page.selected.profile, page.comparison)
    let instructions = page.instructions.map { PageInstructions($0, page.selected.profile) }
    var code = MarkupBuffer()
    if let instructions { data.add(instructions, to: &code) }
    data.add(page.selected.profile.marks)
    let head = data.head(page, code: code).bytes
    var bytes: [UInt8] = (0..<4).map { UInt8(truncatingIfNeeded: head.count >> ($0 * 8)) }
    bytes += head
    for (_, column) in data.columns { bytes += column.bytes }
    return bytes
  }

  /// The value type that the page adds up itself, which knows then what of it is what.
  private static func wall(of profile: Profile, _ comparison: PageComparison?) -> ValueTypeID? {
    comparison == nil ? profile.addedWall : nil
  }

  // MARK: Columns

  private mutating func add(_ profile: Profile, _ comparison: PageComparison?) {
    let stacks = PageStacks(profile, treeStacks: comparison?.treeStacks ?? [])
    var treeStack = NumberColumn()
    var (time, thread, stack) = (NumberColumn(), NumberColumn(), NumberColumn())
    var (weight, value) = (NumberColumn(), NumberColumn())
    var last: UInt64 = 0
    let wall = Self.wall(of: profile, comparison)
    for (index, sample) in profile.samples.enumerated() where sample.weight > 0 && sample.value != wall {
      time.append(signed: Int64(bitPattern: sample.time &- last))
      last = sample.time
      thread.append(sample.thread.rawValue)
      stack.append(stacks.ofSamples[index])
      if !stacks.ofTrees.isEmpty { treeStack.append(stacks.ofTrees[index]) }
      if index < comparison?.samplesBefore ?? 0 { samplesBefore += 1 }
      weight.append(signed: sample.weight)
      value.append(sample.value.rawValue)
    }
    columns += [("time", time), ("thread", thread), ("stack", stack), ("weight", weight), ("value", value)]
    if treeStack.count > 0 { columns.append(("treeStack", treeStack)) }
    var (parent, frame) = (NumberColumn(), NumberColumn())
    for node in 0..<stacks.stacks.count {
      let above = stacks.stacks.parents[node]
      parent.append(above == StackTable.noParent ? 0 : UInt32(node) - above)
      frame.append(stacks.stacks.frames[node])
    }
    columns += [("parent", parent), ("frame", frame)]
    add(frames: profile, stacks)
  }

  private mutating func add(frames profile: Profile, _ stacks: PageStacks) {
    var (function, kind, line) = (NumberColumn(), NumberColumn(), NumberColumn())
    for frame in profile.frames {
      function.append(frame.function.rawValue)
      kind.append(Self.number(CallTree.Kind(frame.kind)))
      line.append(frame.line)
    }
    var (name, full, module) = (NumberColumn(), NumberColumn(), NumberColumn())
    var (file, shade, named) = (NumberColumn(), NumberColumn(), NumberColumn())
    func label(_ function: Function) -> CallTree.Label {
      CallTree.Label(name: function.name, kind: .user, module: function.module.map { profile.modules[$0.index].path })
    }
    for function in profile.functions {
      name.append(string(function.name, limit: 4096))
      full.append(string(function.fullName, limit: 8192))
      module.append(function.module.map { UInt64($0.rawValue) + 1 } ?? 0)
      file.append(string(function.file, limit: 4096))
      shade.append(UInt64(Palette.shade(label(function))))
      named.append(function.isSymbolized ? 1 as UInt64 : 0)
    }
    let others =
      stacks.processNames.map { ($0.isEmpty ? "[unknown]" : $0, CallTree.Kind.process) }
      + (stacks.hasFrameless ? [("[truncated: no frames]", CallTree.Kind.truncated)] : [])
    for (text, ofKind) in others {
      function.append(UInt64(name.count))
      kind.append(Self.number(ofKind))
      line.append(0 as UInt64)
      name.append(string(text, limit: 4096))
      full.append(0 as UInt64)
      module.append(0 as UInt64)
      file.append(0 as UInt64)
      shade.append(0 as UInt64)
      named.append(0 as UInt64)
    }
    columns += [("function", function), ("kind", kind), ("line", line)]
    columns += [("name", name), ("full", full), ("module", module), ("file", file), ("shade", shade), ("named", named)]
  }

  /// The kind's position in the head's list of kinds.
  private static func number(_ kind: CallTree.Kind) -> UInt64 {
    let letter = Palette.entry(kind).middle.prefix(1)
    return UInt64(Palette.entries.firstIndex { $0.middle.prefix(1) == letter } ?? 0)
  }

  private mutating func string(_ text: String?, limit: Int) -> UInt64 {
    guard let text else { return 0 }
    let shown = MarkupBuffer.shortened(text, to: limit)
    if let index = stringIndices[shown] { return index }
    strings.append(shown)
    stringIndices[shown] = UInt64(strings.count)
    return UInt64(strings.count)
  }

  private mutating func add(_ instructions: PageInstructions, to code: inout MarkupBuffer) {
    var numbers = NumberColumn()
    for number in instructions.ofFrames { numbers.append(number) }
    columns.append(("instruction", numbers))
    instructions.write(to: &code) { string($0, limit: 4096) }
  }

  private mutating func add(_ marks: [ProfileMark]) {
    guard !marks.isEmpty else { return }
    var (time, kind, count, name) = (NumberColumn(), NumberColumn(), NumberColumn(), NumberColumn())
    var (pid, tid, maker) = (NumberColumn(), NumberColumn(), NumberColumn())
    var (thread, makers) = (NumberColumn(), NumberColumn())
    var last: UInt64 = 0
    for mark in marks {
      time.append(signed: Int64(bitPattern: mark.time &- last))
      last = mark.time
      kind.append(UInt64(mark.kind.rawValue))
      count.append(min(mark.count, 1 << 32 - 1))
      name.append(mark.name.isEmpty ? 0 : string(mark.name, limit: 4096))
      pid.append(UInt64(max(0, mark.numbers.pid)))
      tid.append(UInt64(max(0, mark.numbers.tid)))
      maker.append(UInt64(max(0, mark.parent.tid)))
      thread.append(mark.thread.map { UInt64($0.rawValue) + 1 } ?? 0)
      makers.append(mark.maker.map { UInt64($0.rawValue) + 1 } ?? 0)
    }
    columns += [("markTime", time), ("markKind", kind), ("markCount", count), ("markName", name)]
    columns += [("markPid", pid), ("markTid", tid), ("markMaker", maker)]
    columns += [("markThread", thread), ("markMakers", makers)]
  }

  // MARK: Head

  /// - Parameter code: The instructions, if they are here.
  private func head(_ page: ProfilePage, code: MarkupBuffer) -> MarkupBuffer {
    let profile = page.selected.profile
    var out = MarkupBuffer()
    out.write("{\"title\":")
    out.write(json: page.caption.title)
    out.write(",\"command\":")
    out.write(json: MarkupBuffer.shortened(page.caption.command, to: 16_384))
    out.write(",\"facts\":")
    let facts = FlameGraphCaption.facts(of: profile.metadata) + page.selected.selectionWords
    out.list(page.comparison == nil ? facts : page.caption.facts) { $1.write(json: $0) }
    out.write(",\"notes\":")
    out.list(page.caption.notes) { $1.write(json: $0) }
    out.write(",\"lost\":")
    let isCounted = profile.metadata.isRecorded || profile.metadata.lost > 0
    if isCounted { out.write(profile.metadata.lost) } else { out.write("null") }
    out.write(raw: ",\"isRecorded\":\(profile.metadata.isRecorded),\"duration\":\(Self.finite(profile)),\"values\":")
    let wall = Self.wall(of: profile, page.comparison)
    out.list(wall == nil ? profile.valueTypes[...] : profile.valueTypes.dropLast()) { value, out in
      out.write("{\"name\":")
      out.write(json: value.name)
      out.write(",\"unit\":")
      out.write(json: value.unit.description)
      out.write(",\"period\":")
      out.write(value.period ?? 0)
      out.write("}")
    }
    out.write(",\"value\":")
    out.write(page.selected.selection.value.rawValue)
    out.write(raw: ",\"isReversed\":\(page.selected.selection.isReversed),\"isIcicle\":\(page.isIcicle)")
    out.write(",\n\"processes\":")
    out.list(profile.processes) { process, out in
      out.write("[")
      out.write(process.pid)
      out.write(",")
      out.write(json: process.name)
      out.write("]")
    }
    out.write(",\n\"threads\":")
    out.list(profile.threads) { thread, out in
      out.write("[")
      out.write(thread.process.rawValue)
      out.write(",")
      out.write(thread.tid)
      out.write(",")
      out.write(json: thread.name)
      out.write("]")
    }
    out.write(",\n\"modules\":")
    out.list(profile.modules) { $1.write(json: MarkupBuffer.shortened($0.path, to: 4096)) }
    out.write(",\n\"strings\":")
    out.list(strings) { $1.write(json: $0) }
    colors(&out)
    page.comparison?.write(to: &out, samplesBefore: samplesBefore)
    out.write(",\n\"sources\":")
    out.list(page.sources.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) { source, out in
      out.write("[")
      out.write(json: source.key)
      out.write(",")
      out.list(source.value.split(separator: "\n", omittingEmptySubsequences: false)) { $1.write(json: String($0)) }
      out.write("]")
    }
    if !code.bytes.isEmpty {
      out.write(",\n\"code\":")
      out.write(bytes: code.bytes)
    }
    out.write(",\n\"columns\":")
    out.list(columns) { item, out in
      out.write(raw: "[\"\(item.name)\",\(item.column.count),\(item.column.bytes.count)]")
    }
    out.write("}")
    return out
  }

  private static func finite(_ profile: Profile) -> Double {
    let seconds = profile.metadata.durationSeconds
    return seconds.isFinite && seconds > 0 ? seconds : 0
  }

  private func colors(_ out: inout MarkupBuffer) {
    out.write(",\n\"kinds\":")
    out.list(Palette.entries) { entry, out in
      out.write("{\"letter\":\"")
      out.write(entry.letter)
      out.write("\",\"name\":")
      out.write(json: entry.name)
      out.write(",\"meaning\":")
      out.write(json: entry.meaning)
      out.write(",\"light\":")
      out.list(entry.light) { $1.write(json: $0) }
      out.write(",\"dark\":")
      out.list(entry.dark) { $1.write(json: $0) }
      out.write("}")
    }
    out.write(",\n\"grain\":[")
    for (index, color) in [Theme.light.grain, Theme.light.hatch, Theme.dark.grain, Theme.dark.hatch].enumerated() {
      if index > 0 { out.write(",") }
      out.write(json: color)
    }
    out.write("]")
  }
}
