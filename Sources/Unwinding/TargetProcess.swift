import CLibunwind
import ProfileModel

/// What the unwinder knows of one process.
final class TargetProcess {
  /// What lies where.
  var space: AddressSpace
  /// libunwind's view of it, made when first needed; its cache goes stale with the space's generation.
  private(set) var libunwind: LibunwindSpace?
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
  /// Unwind information of code that it makes.
  var generated = GeneratedCode()
  /// Unwind information of code that it has told other programs of.
  var registered = TimedRanges<RegisteredFrames>()

  init(space: AddressSpace) { self.space = space }

  /// Adds a region; what was remembered about code that it covers is void.
  func insert(_ region: AddressSpace.Region, generation: UInt32) {
    if space.insert(region, generation: generation) { forgetCode() }
  }

  /// Forgets what lies where.
  func removeAll(generation: UInt32) {
    space.removeAll(generation: generation)
    generated = GeneratedCode()
    registered = TimedRanges()
    forgetCode()
  }

  /// Notes that a stack is going to be unwound.
  func beginSample() {
    samples &+= 1
    if samples % Self.epochSamples == 0 {
      epoch &+= 1
      code.bound()
    }
  }

  /// Samples after which generated code may be another.
  private static let epochSamples: UInt32 = 512

  private func forgetCode() {
    code.removeAll()
    epilogues.removeAll()
    callTargets.removeAll()
    framelessDepths.removeAll()
    prologues.removeAll()
  }

  /// libunwind's address space for this process, its cache emptied when what it knew is void.
  func libunwindSpace(cacheRows: UInt64) -> LibunwindSpace? {
    if libunwind == nil { libunwind = LibunwindSpace(cacheRows: cacheRows, generation: space.generation) }
    libunwind?.refresh(for: space.generation)
    return libunwind
  }
}
