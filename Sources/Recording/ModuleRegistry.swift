import BinaryReading
import ELF
import Processes
import ProfileModel
import RecordingFormat
import Symbolication

/// Every binary and code region that was seen, each opened once, when it was first seen.
///
/// Images stay open until their names are known: a short-lived process's files may be gone by the end.
struct ModuleRegistry {
  /// What is known of the module at the same index of the recording's tables.
  struct Entry {
    var image: ELFImage?
    /// The file that `image` is a copy of.
    var original: ELFImage?
    var problem: ModuleProblem?
    /// Whether `image` is to be copied once it is sampled, since its file may be rewritten.
    var isRewritable = false
    /// Of a JIT module: whose it is, looked up while the process lived.
    var jitProcess: JITProcess?
    /// Of a JIT module: the jitdump that the process has mapped, or its parent had before the process was forked.
    var jitDump: JITDumpTail?
    /// When the process was forked, where the jitdump is its parent's: what that wrote later is not the child's code.
    var jitDumpEnd = UInt64.max
    /// Of a JIT module: the processes that its process is a copy of, the nearest first; their code is its code too.
    var jitAncestors: [JITProcess] = []
    /// Of a JIT module without a jitdump: the names that its process had registered for what was sampled.
    var jitNames = RegisteredNames()
    /// Of a JIT module: where its code lay.
    var jitExtent = CodeExtent()
    /// The root of the file systems that its process saw, where they are not ours.
    var root: ProcessRoot?
    /// The recording's frames before this one are not in it.
    var firstFrame = 0

    /// Whether the file surely holds what it held when it was opened.
    var isUntouched: Bool { (original ?? image)?.fate == .untouched }
  }

  /// A mapping that was told of, and when.
  struct News {
    var mapping: Mapping
    var process: TargetProcess
    /// CLOCK_MONOTONIC in nanoseconds.
    var time: UInt64
  }

  var entries: [Entry] = []
  /// Modules of which something is held that may leave before the end: an image, a jitdump.
  private(set) var held: Set<UInt32> = []
  /// Modules that have left, with their names.
  private(set) var retired: Set<UInt32> = []
  private var byFile: [FileIdentity: UInt32] = [:]
  private var byBuildID: [BuildIdentity: UInt32] = [:]
  private var byName: [String: UInt32] = [:]
  private var roots: [ProcessRoot.Identity: ProcessRoot] = [:]
  private let ownRoot = ProcessRoot.Identity.own
  private let source: any MachineSource
  /// Bytes of images that may still be copied.
  private var copyBudget: UInt64 = 64 << 20

  /// A file as a mapping tells it. The same file may hold something else the next time that it is mapped.
  private struct FileIdentity: Hashable {
    var device: Mapping.Device
    var inode: UInt64
    var path: String
  }

  /// A file's contents, as the kernel reads them when it maps them.
  private struct BuildIdentity: Hashable {
    var buildID: BuildID
    var path: String
  }

  /// No modules yet; their images will be `source`'s.
  init(source: any MachineSource = LiveProcesses()) { self.source = source }

  /// The module behind a mapping, and whether it is new; new ones are added to `log`.
  mutating func module(of news: News, log: inout RecordingLog) -> (index: UInt32, isNew: Bool) {
    let (mapping, process) = (news.mapping, news.process)
    let found: (index: UInt32, isNew: Bool)
    if JITProcess.isDump(path: mapping.path) {
      found = jit(process, log: &log)
      openDump(mapping.filePath, of: found.index)
    } else if mapping.isFileBacked {
      found = fileModule(of: news, log: &log)
    } else if mapping.path == "[vdso]" {
      found = vdso(mapping, of: process, log: &log)
    } else if mapping.path == Mapping.breakpointPage {
      found = breakpoints(log: &log)
    } else {
      found = jit(process, log: &log)
    }
    if mapping.start < mapping.end { note(mapping.start..<mapping.end, of: process, found.index) }
    return found
  }

  /// The page where the kernel runs instructions that a breakpoint of its own stands in place of, one at a time.
  private mutating func breakpoints(log: inout RecordingLog) -> (index: UInt32, isNew: Bool) {
    if let known = byName[Mapping.breakpointPage] { return (known, false) }
    let index = add(RecordedModule(path: Mapping.breakpointPage, kind: .vdso), Entry(), to: &log)
    byName[Mapping.breakpointPage] = index
    return (index, true)
  }

  /// The kernel's module.
  mutating func kernel(log: inout RecordingLog) -> UInt32 {
    if let known = byName["[kernel]"] { return known }
    let index = add(RecordedModule(path: "[kernel]", kind: .kernel), Entry(), to: &log)
    byName["[kernel]"] = index
    return index
  }

  /// The module of code that no readable image backs: a file that could not be read, or the process's JIT code.
  mutating func moduleWithoutImage(
    at address: UInt64, of process: TargetProcess, log: inout RecordingLog
  ) -> UInt32 {
    process.regions.module(at: address) ?? jit(process, log: &log).index
  }

  /// The image of a module whose file may be rewritten, out of a copy from now on; nil where nothing has to be done.
  ///
  /// Files of packages are replaced, never rewritten. Those that were built a moment ago often are, by `cp` over them:
  /// then all that they held is gone by the time that names are wanted. Only what runs as `target`, the process that is
  /// recorded, is safe: the kernel lets nobody write to a running program (execve(2), ETXTBSY), and when it has ended, so
  /// has the recording.
  mutating func keep(_ module: UInt32, target: Int32?) -> ELFImage? {
    guard entries[Int(module)].isRewritable, let image = entries[Int(module)].image else { return nil }
    entries[Int(module)].isRewritable = false
    if let target, image.isFile(at: "/proc/\(target)/exe") { return nil }
    guard let copy = image.copiedToMemory(limit: min(copyBudget, 32 << 20)) else { return nil }
    copyBudget -= min(copyBudget, image.status?.size ?? 0)
    entries[Int(module)].original = image
    entries[Int(module)].image = copy
    return copy
  }

  private static let packageFolders = ["/usr/", "/lib", "/bin/", "/sbin/", "/nix/store/", "/gnu/store/", "/snap/"]

  /// Whether a file may be rewritten in place while it is recorded: written within a day, and not by a package. When the
  /// file itself was changed says less: an image of a container was unpacked when its machine began.
  private static func isRewritable(_ image: ELFImage, path: String) -> Bool {
    guard let status = image.status else { return false }
    let isPackaged = packageFolders.contains { path.hasPrefix($0) } && !path.hasPrefix("/usr/local/")
    let day: UInt64 = 86_400_000_000_000
    return !isPackaged && status.modified &+ day > MachineClock.realtime
  }

  private mutating func note(_ range: Range<UInt64>, of process: TargetProcess, _ module: UInt32) {
    if process.jitModule == module {
      entries[Int(module)].jitExtent.insert(range)
      process.regions.set(range, to: nil)
    } else {
      process.regions.set(range, to: entries[Int(module)].image == nil ? module : nil)
    }
  }

  private mutating func fileModule(of news: News, log: inout RecordingLog) -> (index: UInt32, isNew: Bool) {
    let (mapping, process, path) = (news.mapping, news.process, news.mapping.filePath)
    let known = knownModule(of: mapping, path: path)
    // As long as it is open, its inode is nobody else's.
    if let known, entries[Int(known)].isUntouched { return (known, false) }
    let image: ELFImage
    do throws(ELFError) {
      let mappedAt = MachineClock.realtime &- (MachineClock.monotonic &- news.time)
      image = try source.image(behind: mapping, of: process.pid, mappedAt: mappedAt)
    } catch {
      // Memory files and others that are no images hold run-time code.
      if case .notELF = error { return jit(process, log: &log) }
      if mapping.isMemoryFile || path.hasPrefix("/dev/") { return jit(process, log: &log) }
      let problem = ModuleProblem.notOpened(detail: "\(error)")
      if let known, entries[Int(known)].problem == problem { return (known, false) }
      let recorded = RecordedModule(path: path, buildID: mapping.buildID, kind: .file)
      let index = add(recorded, Entry(problem: problem), to: &log)
      remember(index, mapping, path, mapping.buildID)
      return (index, true)
    }
    let buildID = image.buildID ?? mapping.buildID
    var entry = Entry(image: image, root: root(of: process.pid))
    entry.isRewritable = Self.isRewritable(image, path: path)
    if let buildID, let same = byBuildID[BuildIdentity(buildID: buildID, path: path)] {
      let other = entries[Int(same)]
      let isReadable = other.image != nil
      // Met before, told in the other way (by its inode, or by its build ID), or not readable until now.
      if !isReadable || (other.isUntouched && (other.original ?? other.image)?.isSameFile(as: image) == true) {
        if !isReadable { reopen(same, with: entry) }
        remember(same, mapping, path, buildID)
        return (same, !isReadable)
      }
    }
    let index = add(RecordedModule(path: path, buildID: buildID, kind: .file), entry, to: &log)
    remember(index, mapping, path, buildID)
    return (index, true)
  }

  /// The module of a file that was met before; it may hold something else by now.
  private func knownModule(of mapping: Mapping, path: String) -> UInt32? {
    if let buildID = mapping.buildID { return byBuildID[BuildIdentity(buildID: buildID, path: path)] }
    return byFile[FileIdentity(device: mapping.device, inode: mapping.inode, path: path)]
  }

  private mutating func remember(_ module: UInt32, _ mapping: Mapping, _ path: String, _ buildID: BuildID?) {
    if mapping.inode != 0 {
      byFile[FileIdentity(device: mapping.device, inode: mapping.inode, path: path)] = module
    }
    if let buildID { byBuildID[BuildIdentity(buildID: buildID, path: path)] = module }
  }

  private mutating func vdso(
    _ mapping: Mapping, of process: TargetProcess, log: inout RecordingLog
  ) -> (index: UInt32, isNew: Bool) {
    // Programs with 32-bit addresses have one of their own.
    let isNarrow = mapping.end <= 1 << 32
    if !isNarrow, let known = byName["[vdso]"] { return (known, false) }
    guard let image = try? source.image(behind: mapping, of: process.pid, mappedAt: .max) else {
      // The process is gone; the next one's will do.
      if isNarrow, let known = byName["[vdso32]"] { return (known, false) }
      return jit(process, log: &log)
    }
    let name = image.isX32 ? "[vdsox32]" : image.addressSize == .narrow ? "[vdso32]" : "[vdso]"
    if let known = byName[name] { return (known, false) }
    let index = add(RecordedModule(path: name, buildID: image.buildID, kind: .vdso), Entry(image: image), to: &log)
    byName[name] = index
    return (index, true)
  }

  private mutating func jit(_ process: TargetProcess, log: inout RecordingLog) -> (index: UInt32, isNew: Bool) {
    if let known = process.jitModule { return (known, false) }
    var entry = Entry(jitProcess: JITProcess(pid: process.pid), root: root(of: process.pid))
    entry.jitProcess?.rootFolder = entry.root?.path
    if let origin = process.origin { inherit(origin, &entry) }
    let index = add(RecordedModule(path: "[jit]", kind: .jit, pid: process.pid), entry, to: &log)
    process.jitModule = index
    return (index, true)
  }

  /// Gives a forked process what its parent tells of the code that both have.
  private func inherit(_ origin: TargetProcess.Origin, _ entry: inout Entry) {
    guard let known = origin.process?.jitModule.map({ entries[Int($0)] }) else {
      // The parent runs no such code of its own, or was not seen to.
      var process = JITProcess(pid: origin.pid)
      process?.rootFolder = entry.root?.path
      entry.jitAncestors = process.map { [$0] } ?? []
      return
    }
    entry.jitAncestors = (known.jitProcess.map { [$0] } ?? []) + known.jitAncestors.prefix(7)
    entry.jitDump = known.jitDump
    entry.jitDumpEnd = min(origin.time, known.jitDumpEnd)
    entry.jitExtent = known.jitExtent
  }

  /// The address of run-time code as it stands in recordings: with the function that lay there at `time`, where a
  /// jitdump tells, or else by the name that its process had registered for it.
  mutating func recordedAddress(
    _ address: UInt64, in module: UInt32, at time: UInt64, named name: @autoclosure () -> String?
  ) -> UInt64 {
    let index = Int(module)
    let time = min(time, entries[index].jitDumpEnd)
    if let occupant = entries[index].jitDump?.occupant(of: address, at: time, now: { MachineClock.monotonic }) {
      return JITAddress(address, occupant: occupant).bits
    }
    guard entries[index].jitProcess != nil, let name = name() else { return address }
    return JITAddress(address, occupant: entries[index].jitNames.occupant(of: address, name: name)).bits
  }

  /// The unwind information of code that a process has made, as far as it was not taken before.
  mutating func takeUnwinding(of process: TargetProcess, at time: UInt64) -> [JITUnwinding] {
    guard let module = process.jitModule, entries[Int(module)].jitDumpEnd == .max else { return [] }
    return entries[Int(module)].jitDump?.takeUnwinding(at: time, now: { MachineClock.monotonic }) ?? []
  }

  /// Opens a jitdump while its process lives: it may be gone by the time that names are wanted.
  private mutating func openDump(_ path: String, of module: UInt32) {
    guard entries[Int(module)].jitDump == nil, let process = entries[Int(module)].jitProcess else { return }
    do throws(JITDump.Failure) {
      entries[Int(module)].jitDump = try JITDumpTail(process, path: path)
    } catch {
      entries[Int(module)].problem = .jitDumpUnusable(path: path, detail: "\(error)")
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
    entries[entries.count - 1].firstFrame = log.tables.frames.count
    let index = log.add(module)
    if entry.image != nil && module.kind == .file || module.kind == .jit { held.insert(index) }
    return index
  }

  /// Frames are counted from 0 again.
  mutating func forgetFrames() {
    for index in entries.indices { entries[index].firstFrame = 0 }
  }

  // MARK: Leaving

  /// Lets go of what is held of modules that no process has any more. The same file is met again under the same module.
  mutating func retire(_ modules: [UInt32]) {
    for module in modules {
      let entry = entries[Int(module)]
      if let original = entry.original { copyBudget += original.status?.size ?? 0 }
      entries[Int(module)] = Entry(firstFrame: entry.firstFrame)
      held.remove(module)
      retired.insert(module)
    }
    // An inode may be another file's, now that nobody holds it open.
    byFile = byFile.filter { !retired.contains($0.value) }
    let roots = Set(held.compactMap { entries[Int($0)].root.map { ObjectIdentifier($0) } })
    self.roots = self.roots.filter { roots.contains(ObjectIdentifier($0.value)) }
  }

  private mutating func reopen(_ module: UInt32, with entry: Entry) {
    let firstFrame = entries[Int(module)].firstFrame
    entries[Int(module)] = entry
    entries[Int(module)].firstFrame = firstFrame
    held.insert(module)
    retired.remove(module)
  }
}
