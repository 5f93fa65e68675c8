import ProfileModel
import Synchronization

/// What the unwinder needs of one process: what lies where in it, and what was found out about its code.
///
/// Whoever keeps book of processes owns it and hands it in with each sample, so that the unwinder knows of no process. It
/// belongs to one unwinder, by whose images its regions go, and is used by that one's thread.
package final class AddressSpace {
  private var mapped = MappedRegions()
  /// Changes whenever something that was known is no longer true; no two address spaces share one.
  private(set) var generation = AddressSpace.makeGeneration()
  /// libunwind's view of it, made when first needed; its cache goes stale with the generation.
  private var libunwind: LibunwindSpace?
  /// What was found out about its code, as far as it was asked.
  var code = CodeMemory()
  /// Goes on with the samples: what was found out about code that may change is looked at again when it has.
  private(set) var epoch: UInt32 = 0
  private var samples: UInt32 = 0
  /// Where 32-bit code's calls before an address lead to, as far as it was asked.
  var callTargets: [UInt64: CallTargetI386] = [:]
  /// Whether 32-bit code before an address makes a frame record, as far as it was asked.
  var prologues: [UInt64: Bool] = [:]
  /// How deep the return address of 32-bit code without a frame lies, as far as it was asked.
  var framelessDepths: [UInt64: UInt64?] = [:]

  /// What code that nothing describes does until it returns, as far as it was asked, and when.
  var epilogues: [UInt64: (time: UInt64, epilogue: Epilogue?)] = [:]
  /// Unwind information of code that the process makes.
  var generated = GeneratedCode()
  /// Unwind information of code that the process has told other programs of.
  package var registered = TimedRanges<RegisteredFrames>() {
    // The way through such code may be another one.
    didSet { generation = Self.makeGeneration() }
  }

  private static let lastGeneration = Atomic<UInt32>(0)
  /// Samples after which generated code may be another.
  private static let epochSamples: UInt32 = 512

  /// Nothing is mapped yet.
  package init() {}

  /// The memory of a process that begins as a copy of another.
  package init(copyOf original: AddressSpace) {
    mapped = original.mapped
    generated = original.generated
  }

  // MARK: What lies where

  /// Whether it's known of any code where it lies.
  package var hasCode: Bool { !mapped.regions.isEmpty }

  /// The modules that lie in it, some several times.
  package var modules: [UInt32] { mapped.regions.map(\.module) }

  /// All that is mapped, by address.
  var regions: [MappedRegions.Region] { mapped.regions }

  /// `MappedRegions.addressMask`.
  var addressMask: UInt64 { mapped.addressMask }

  /// The region that holds an address.
  func region(at address: UInt64) -> MappedRegions.Region? { mapped.region(at: address) }

  /// Whether an image is mapped with this difference of addresses.
  func holds(module: UInt32?, bias: UInt64) -> Bool { mapped.holds(module: module, bias: bias) }

  /// The images that lie in a range, and where.
  package func images(in range: Range<UInt64>) -> [(module: UInt32, bias: UInt64)] { mapped.images(in: range) }

  /// Adds a region; what it covers of older ones is gone, and what was remembered about code there is void.
  func insert(_ region: MappedRegions.Region) {
    guard mapped.insert(region) else { return }
    generation = Self.makeGeneration()
    code.removeAll()
    epilogues.removeAll()
    callTargets.removeAll()
    framelessDepths.removeAll()
    prologues.removeAll()
  }

  /// Notes functions that the process has made as it runs: where each lies, since when (CLOCK_MONOTONIC in nanoseconds),
  /// and its call frame information with the address that this is relative to. They take the place of older ones there.
  package func add(
    generated functions: [(range: Range<UInt64>, time: UInt64, frames: [UInt8], address: UInt64)],
    architecture: Architecture
  ) {
    generated.add(functions, architecture: architecture)
  }

  private static func makeGeneration() -> UInt32 { lastGeneration.wrappingAdd(1, ordering: .relaxed).newValue }

  // MARK: Unwinding

  /// Notes that a stack is going to be unwound.
  func beginSample() {
    samples &+= 1
    if samples % Self.epochSamples == 0 {
      epoch &+= 1
      code.bound()
    }
  }

  /// libunwind's address space for this one, its cache emptied when what it knew is void.
  func libunwindSpace(cacheRows: UInt64) -> LibunwindSpace? {
    if libunwind == nil { libunwind = LibunwindSpace(cacheRows: cacheRows, generation: generation) }
    libunwind?.refresh(for: generation)
    return libunwind
  }
}
