import ELF
import Processes
import ProfileModel
import UnwindTables

/// Turns registers and stack bytes into the addresses of a thread's frames.
///
/// Used by one thread. It knows images, not processes: with each sample it is handed the address space and the memory that
/// the sample is of. An image is parsed once, when the first frame lies in it. After warm-up a sample allocates nothing.
package final class Unwinder {
  /// How frames are stepped over.
  package enum Strategy: Hashable, Sendable, CaseIterable {
    /// Compact tables; libunwind for rules that they can't express.
    case tables
    /// libunwind for every frame: the judge of the tables.
    case libunwind
  }

  /// What can be chosen.
  package struct Options: Sendable {
    /// How frames are stepped over.
    package var strategy: Strategy
    /// Rows in libunwind's cache, for each process that needs it.
    package var libunwindCacheRows: UInt64

    /// Tables, and a cache of libunwind that fits its use as fallback.
    package init(strategy: Strategy = .tables, libunwindCacheRows: UInt64 = 1_024) {
      self.strategy = strategy
      self.libunwindCacheRows = libunwindCacheRows
    }
  }

  /// Frames walked before a stack is given up; a chain that long is a loop.
  static let frameLimit = 1 << 20

  /// Of samples for which nothing else is said.
  let nativeArchitecture: Architecture
  /// Of the sample at hand.
  var architecture: Architecture { context.architecture }
  let options: Options
  let context: UnwindContext
  let libunwind: LibunwindStepper
  let cache = RuleCache()
  /// What the last walk by tables went through.
  var lastWalk = WalkMemory()
  /// Parts of async functions that were looked at, by where they begin.
  var asyncParts: [UInt64: AsyncPart] = [:]

  /// An unwinder that knows of no image.
  package init(architecture: Architecture = .host, options: Options = Options()) {
    nativeArchitecture = architecture
    self.options = options
    context = UnwindContext(architecture: architecture)
    libunwind = LibunwindStepper(context: context)
  }

  // MARK: Images

  /// Makes an image known under the caller's module index; its unwind information is read when first needed.
  package func addImage(_ image: ELFImage, key: UInt32) {
    guard key < 1 << 24 else { return }
    while context.images.count <= key { context.images.append(nil) }
    context.images[Int(key)] = UnwindImage(image)
  }

  /// Notes that something executable was mapped; what it covers of older mappings is gone.
  ///
  /// - Parameters:
  ///   - space: Where.
  ///   - module: The index of its image, which `addImage` has seen; nil for anonymous memory.
  ///   - bias: Added to the image's stated addresses; nil where the mapping tells.
  package func map(_ mapping: Mapping, module: UInt32?, bias: UInt64? = nil, in space: AddressSpace) {
    let image = module.flatMap { context.image($0) }?.image
    // The kernel gives the vDSO's mapping no meaningful offset.
    var placed = mapping
    if !mapping.isFileBacked { placed.fileOffset = 0 }
    let bias = bias ?? image?.bias(of: placed) { space.holds(module: module, bias: $0) }
    let region = MappedRegions.Region(
      start: mapping.start, end: mapping.end, bias: bias ?? 0,
      module: bias == nil ? UnwoundStack.Frame.noModule : module ?? UnwoundStack.Frame.noModule,
      isExecutable: mapping.isExecutable)
    space.insert(region)
  }

  /// Goes on with another copy of an image that was added before, whose contents are the same.
  package func replaceImage(_ image: ELFImage, key: UInt32) { context.image(key)?.image = image }

  /// Lets go of an image that lies in no process any more; its unwind information, if that was read.
  package func removeImage(key: UInt32) -> UnwindTable? {
    guard let image = context.image(key) else { return nil }
    context.images[Int(key)] = nil
    return image.tableIfRead
  }

  /// The unwind information of the images that frames lay in, by the caller's module index.
  package var tables: [UInt32: UnwindTable] {
    var tables: [UInt32: UnwindTable] = [:]
    for (key, image) in context.images.enumerated() {
      if let table = image?.tableIfRead { tables[UInt32(truncatingIfNeeded: key)] = table }
    }
    return tables
  }

  // MARK: Unwinding

  /// Whether the last stack went on in the live memory of its thread, which stood still.
  package var wentLive: Bool { context.memory.wentLive }

  /// An address of code that the last walk met, or looked for, where nothing that may be executed is known to be mapped.
  package var unknownCode: UInt64? { context.unknownCode }

  /// Whether the last walk met code that no file backs.
  package var metGeneratedCode: Bool { context.metGeneratedCode }

  /// Whether the last stack went on beyond the dump in pages that were copied with the sample.
  package var usedPages: Bool { context.memory.usedPages }

  /// How the last stack's thread tells where the other stack lies that it went on to; nil if it stayed on one.
  package var lastSwitch: StackSwitch? { context.memory.lastSwitch }

  /// Unwinds one sample.
  ///
  /// - Parameters:
  ///   - space: Of the process that the sample is of.
  ///   - memory: The thread's, as it is by now.
  ///   - time: When the sample was taken, CLOCK_MONOTONIC in nanoseconds.
  ///   - motion: Whether the thread stands still, so that `memory` may be asked where the dump ends.
  ///   - architecture: What the registers are of: nil for what this was made for, or that one's `narrow`.
  ///   - registers: At the time of the sample.
  ///   - known: Which of them are known.
  ///   - stack: Memory from the stack pointer upwards.
  ///   - pages: Other memory of the same instant.
  ///   - result: Emptied, then filled leaf first.
  /// - Returns: Whether the walk reached the thread's first function, or why it ended before.
  package func unwind(
    in space: AddressSpace, memory: any ReadableMemory, time: UInt64 = .max, motion: ThreadMotion,
    architecture: Architecture? = nil, registers: UserRegisters, known: KnownRegisters = .all, stack: RawSpan,
    pages: SampledPages = SampledPages(), into result: inout UnwoundStack
  ) -> StackEnd {
    let architecture = architecture ?? nativeArchitecture
    result.removeAll()
    context.begin(space, architecture, time: time)
    let base = registers[UserRegisters.stackPointer(architecture)]
    let end = context.memory.withDump(
      stack, at: base, and: pages, of: memory, motion, wordMask: architecture.wordMask
    ) {
      switch options.strategy {
      // libunwind was built for one architecture.
      case .libunwind where architecture == nativeArchitecture:
        walkLibunwind(from: registers, known: known, into: &result)
      case .tables, .libunwind: walkTables(from: registers, known: known, into: &result)
      }
    }
    result.finish()
    if space.concurrency != nil { noteMissingTask(in: &result) }
    return end
  }

  /// Moves `lastWalk` out, so that changing it copies nothing.
  func takeLastWalk() -> WalkMemory {
    var walk = WalkMemory()
    swap(&walk, &lastWalk)
    return walk
  }
}
