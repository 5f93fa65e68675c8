import ELF
import Processes
import ProfileModel
import Symbolication
import UnwindTables
import Unwinding

/// What processes tell debuggers and exception handling of code that they make as they run, read out of their memory when
/// such code is met.
///
/// Nothing says when a program changes its lists, so that they are read again and again while its code is sampled. That
/// is done with care for the program, which goes on meanwhile, and costs nothing where no such code is met.
struct RegisteredCode {
  /// How many processes were asked.
  private var programCount = 0
  /// What was found in an image, by module.
  private var points: [UInt32: RegistrationPoints] = [:]
  /// Bytes of all that is held.
  private var totalSize: UInt64 = 0

  /// Nanoseconds from a reading to the next, at least; and how many times what it took, so that it costs at most 4 %.
  private static let interval: UInt64 = 20_000_000
  private static let costFactor: UInt64 = 25
  /// Bytes of lists that are read of one program.
  private static let byteLimit: UInt64 = 32 << 20
  /// The same of all programs together.
  private static let totalLimit: UInt64 = 256 << 20
  private static let programLimit = 16_384

  /// Whether a process's lists are to be read now.
  func isDue(_ process: TargetProcess) -> Bool {
    guard let program = process.registered else { return programCount < Self.programLimit }
    return MachineClock.monotonic >= program.next
  }

  /// Reads the lists of a process; false where nothing has changed.
  mutating func update(_ process: TargetProcess, images modules: ModuleRegistry) -> Bool {
    let start = MachineClock.monotonic
    if process.registered == nil { programCount += 1 }
    var program = process.registered ?? RegisteredProgram()
    // Not held twice while it changes.
    process.registered = nil
    totalSize -= program.size
    defer { process.registered = program }
    let (descriptors, heads) = places(process.space.images(in: 0..<UInt64.max), modules)
    let limit = min(Self.byteLimit, Self.totalLimit - min(Self.totalLimit, totalSize))
    guard !descriptors.isEmpty || !heads.isEmpty, var memory = PresentMemory(pid: process.pid, limit: limit) else {
      totalSize += program.size
      program.foundNothing(at: start)
      return false
    }
    var found: [RegisteredBytes] = []
    var isWhole = true
    for descriptor in descriptors {
      let list = JITDebugList.read(descriptor: descriptor, &memory)
      found += list.files
      isWhole = isWhole && list.isWhole
    }
    found += RegisteredFrameLists.read(heads: heads, &memory)
    let hasChanged = program.merge(found, isWhole: isWhole, start: start, end: MachineClock.monotonic)
    totalSize += program.size
    let end = MachineClock.monotonic
    program.next = end &+ max(Self.interval, Self.costFactor &* (end &- start))
    if hasChanged { process.space.registered = program.frames }
    return hasChanged
  }

  /// A process has ended or runs another program.
  mutating func forget(_ process: TargetProcess) {
    guard let program = process.registered else { return }
    totalSize -= program.size
    programCount -= 1
  }

  /// A module's image is let go of.
  mutating func forget(module: UInt32) { points[module] = nil }

  /// The actual addresses of the lists.
  private mutating func places(_ images: [(module: UInt32, bias: UInt64)], _ modules: ModuleRegistry) -> (
    descriptors: Set<UInt64>, heads: [Range<UInt64>]
  ) {
    var descriptors: Set<UInt64> = []
    var heads: Set<Range<UInt64>> = []
    for (module, bias) in images {
      guard Int(module) < modules.entries.count, let image = modules.entries[Int(module)].image else { continue }
      let known = points[module] ?? RegistrationPoints(image)
      points[module] = known
      if let descriptor = known.descriptor { descriptors.insert(descriptor &+ bias) }
      for head in known.heads {
        let start = head.lowerBound &+ bias
        let (end, overflow) = start.addingReportingOverflow(head.upperBound - head.lowerBound)
        if !overflow { heads.insert(start..<end) }
      }
    }
    return (descriptors, heads.sorted { $0.lowerBound < $1.lowerBound })
  }
}
