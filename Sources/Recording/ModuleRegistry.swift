import ELF
import ProfileModel
import Symbolication

/// Every binary and code region that was seen, each opened once, when it was first seen.
///
/// Images stay open until the end: a short-lived process's files may be gone by the time that names are wanted.
struct ModuleRegistry {
  /// What is known of the module at the same index of the recording's tables.
  struct Entry {
    var image: ELFImage?
    var problem: String?
    /// Of a JIT module: whose it is, looked up while the process lived.
    var jitProcess: JITProcess?
    /// Of a JIT module: the jitdump that the process has mapped, or its parent had before the process was forked.
    var jitDump: JITDumpTail?
    /// When the process was forked, where the jitdump is its parent's: what that wrote later is not the child's code.
    var jitDumpEnd = UInt64.max
    /// Of a JIT module: the processes that its process is a copy of, the nearest first; their code is its code too.
    var jitAncestors: [JITProcess] = []
    /// The root of the file systems that its process saw, where they are not ours.
    var root: ProcessRoot?
  }

  var entries: [Entry] = []
  private var byFile: [FileIdentity: UInt32] = [:]
  private var byName: [String: UInt32] = [:]
  private var jitModules: [Int32: UInt32] = [:]
  /// Of forked processes that run no other program yet: whose copy they are, and since when.
  private var parents: [Int32: (pid: Int32, time: UInt64)] = [:]
  /// Where processes have mapped files that could not be read.
  private var unreadable: [Int32: [(range: Range<UInt64>, module: UInt32)]] = [:]
  private var roots: [ProcessRoot.Identity: ProcessRoot] = [:]
  private let ownRoot = ProcessRoot.Identity.own
  private let locator = ImageLocator()

  private struct FileIdentity: Hashable {
    var device: Mapping.Device
    var inode: UInt64
    var path: String
  }

  /// The module behind a mapping, and whether it is new; new ones are added to `log`.
  mutating func module(of mapping: Mapping, pid: Int32, log: inout RecordingLog) -> (index: UInt32, isNew: Bool) {
    if JITProcess.isDump(path: mapping.path) {
      let found = jit(pid: pid, log: &log)
      openDump(Self.withoutDeletedMark(mapping.path), of: found.index)
      return found
    }
    if mapping.isFileBacked {
      let found = fileModule(of: mapping, pid: pid, log: &log)
      if entries[Int(found.index)].problem != nil, mapping.start < mapping.end {
        unreadable[pid, default: []].append((mapping.start..<mapping.end, found.index))
      }
      return found
    }
    if mapping.path == "[vdso]" { return vdso(mapping, pid: pid, log: &log) }
    return jit(pid: pid, log: &log)
  }

  /// The kernel's module.
  mutating func kernel(log: inout RecordingLog) -> UInt32 {
    if let known = byName["[kernel]"] { return known }
    let index = add(RecordedModule(path: "[kernel]", kind: .kernel), Entry(), to: &log)
    byName["[kernel]"] = index
    return index
  }

  /// The module of code that no readable image backs: a file that could not be read, or the process's JIT code.
  mutating func moduleWithoutImage(at address: UInt64, pid: Int32, log: inout RecordingLog) -> UInt32 {
    if let place = unreadable[pid]?.last(where: { $0.range.contains(address) }) { return place.module }
    return jit(pid: pid, log: &log).index
  }

  /// A child begins with its parent's mappings, and with its run-time code.
  mutating func fork(parent: Int32, child: Int32, time: UInt64) {
    unreadable[child] = unreadable[parent]
    parents[child] = (parent, time)
  }

  /// A process has ended or runs another program.
  mutating func forget(_ pid: Int32) {
    unreadable[pid] = nil
    parents[pid] = nil
    // Its number is used again, for another program's code.
    jitModules[pid] = nil
  }

  private mutating func fileModule(
    of mapping: Mapping, pid: Int32, log: inout RecordingLog
  ) -> (index: UInt32, isNew: Bool) {
    let identity = FileIdentity(device: mapping.device, inode: mapping.inode, path: mapping.path)
    if let known = byFile[identity] { return (known, false) }
    let path = Self.withoutDeletedMark(mapping.path)
    let entry: Entry
    do throws(ELFError) {
      entry = Entry(image: try locator.open(pid: pid, mapping: mapping), root: root(of: pid))
    } catch {
      // Memory files that hold run-time code look like files but are no images.
      if path.hasPrefix("/memfd:") || path.hasPrefix("/dev/") {
        let (index, isNew) = jit(pid: pid, log: &log)
        byFile[identity] = index
        return (index, isNew)
      }
      entry = Entry(problem: "\(path): \(Self.sentence(for: error))")
    }
    let recorded = RecordedModule(path: path, buildID: entry.image?.buildID ?? mapping.buildID, kind: .file)
    let index = add(recorded, entry, to: &log)
    byFile[identity] = index
    return (index, true)
  }

  private mutating func vdso(_ mapping: Mapping, pid: Int32, log: inout RecordingLog) -> (index: UInt32, isNew: Bool) {
    // Programs with 32-bit addresses have one of their own.
    let isNarrow = mapping.end <= 1 << 32
    if !isNarrow, let known = byName["[vdso]"] { return (known, false) }
    guard let image = try? locator.open(pid: pid, mapping: mapping) else {
      // The process is gone; the next one's will do.
      if isNarrow, let known = byName["[vdso32]"] { return (known, false) }
      return jit(pid: pid, log: &log)
    }
    let name = image.isX32 ? "[vdsox32]" : image.addressSize == .narrow ? "[vdso32]" : "[vdso]"
    if let known = byName[name] { return (known, false) }
    let index = add(RecordedModule(path: name, buildID: image.buildID, kind: .vdso), Entry(image: image), to: &log)
    byName[name] = index
    return (index, true)
  }

  private mutating func jit(pid: Int32, log: inout RecordingLog) -> (index: UInt32, isNew: Bool) {
    if let known = jitModules[pid] { return (known, false) }
    var entry = Entry(jitProcess: JITProcess(pid: pid), root: root(of: pid))
    entry.jitProcess?.rootFolder = entry.root?.path
    if let parent = parents[pid] { inherit(parent.pid, since: parent.time, &entry) }
    let index = add(RecordedModule(path: "[jit]", kind: .jit, pid: pid), entry, to: &log)
    jitModules[pid] = index
    return (index, true)
  }

  /// Gives a forked process what its parent tells of the code that both have.
  private func inherit(_ parent: Int32, since time: UInt64, _ entry: inout Entry) {
    guard let known = jitModules[parent].map({ entries[Int($0)] }) else {
      // The parent runs no such code of its own, or was not seen to.
      var process = JITProcess(pid: parent)
      process?.rootFolder = entry.root?.path
      entry.jitAncestors = process.map { [$0] } ?? []
      return
    }
    entry.jitAncestors = (known.jitProcess.map { [$0] } ?? []) + known.jitAncestors.prefix(7)
    entry.jitDump = known.jitDump
    entry.jitDumpEnd = min(time, known.jitDumpEnd)
  }

  /// The address of run-time code as it stands in recordings: with the function that lay there at `time`, where a
  /// jitdump tells.
  mutating func recordedAddress(_ address: UInt64, in module: UInt32, at time: UInt64) -> UInt64 {
    let time = min(time, entries[Int(module)].jitDumpEnd)
    let occupant = entries[Int(module)].jitDump?.occupant(of: address, at: time, now: { Clock.monotonic })
    return occupant.map { JITAddress(address, occupant: $0).bits } ?? address
  }

  /// Opens a jitdump while its process lives: it may be gone by the time that names are wanted.
  private mutating func openDump(_ path: String, of module: UInt32) {
    guard entries[Int(module)].jitDump == nil, let process = entries[Int(module)].jitProcess else { return }
    do throws(JITDump.Failure) {
      entries[Int(module)].jitDump = try JITDumpTail(process, path: path)
    } catch {
      entries[Int(module)].problem = "\(path): the jitdump could not be used (\(error))"
    }
  }

  /// The root of a process in a container or below `chroot`; held open once for all that share it.
  private mutating func root(of pid: Int32) -> ProcessRoot? {
    guard let identity = ProcessRoot.Identity(pid: pid), identity != ownRoot else { return nil }
    if let known = roots[identity] { return known }
    let root = ProcessRoot(pid: pid)
    roots[identity] = root
    return root
  }

  private mutating func add(_ module: RecordedModule, _ entry: Entry, to log: inout RecordingLog) -> UInt32 {
    entries.append(entry)
    return log.add(module)
  }

  private static func withoutDeletedMark(_ path: String) -> String {
    path.hasSuffix(" (deleted)") ? String(path.dropLast(" (deleted)".count)) : path
  }

  private static func sentence(for error: ELFError) -> String {
    "the binary could not be read (\(error)); its frames have no names and may end stacks"
  }
}
