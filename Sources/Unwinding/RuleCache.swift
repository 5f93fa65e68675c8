import Glibc
import ProfileModel
import UnwindTables

/// What was found out about a code address of a process: where it lies and how to unwind from there.
struct CodeEntry: BitwiseCopyable {
  /// The lookup address.
  var address: UInt64
  /// The generation of the address space that this was found in; no two processes share one.
  var generation: UInt32
  /// As in `MappedRegions.Region`.
  var module: UInt32
  /// As in `MappedRegions.Region`.
  var bias: UInt64
  /// How to unwind, or that the tables can't.
  var rule: UnwindRule
}

/// A direct-mapped cache of `CodeEntry`: a frame that is in it costs one cache line and no other lookup.
///
///     slot = hash(address)  ──►  │ address │ generation, module │ bias │ rule (24 bytes) │ … 64 bytes
///
/// Entries go stale by their generation, so nothing has to be swept when mappings change.
@safe final class RuleCache {
  /// Two to this power is the number of slots: 32,768, which take 2 MiB.
  static let exponent: UInt64 = 15
  private static let stride = 64

  private static var byteCount: Int { stride << Int(exponent) }

  private let slots: UnsafeMutableRawPointer
  private let isMapped: Bool

  init() {
    // Memory from the kernel is zero, and taken as it is used: most programs use few slots. Zeros are a vacant slot, since
    // no address space is of generation 0.
    let fresh = unsafe mmap(nil, Self.byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let fresh = unsafe fresh, unsafe fresh != MAP_FAILED else {
      unsafe slots = .allocate(byteCount: Self.byteCount, alignment: Self.stride)
      unsafe slots.initializeMemory(as: UInt8.self, repeating: 0, count: Self.byteCount)
      isMapped = false
      return
    }
    unsafe slots = fresh
    isMapped = true
  }

  deinit {
    guard isMapped else {
      unsafe slots.deallocate()
      return
    }
    // SAFETY: mapped with this size by init.
    unsafe munmap(slots, Self.byteCount)
  }

  /// The entry for an address; nil when another one took its slot or it was never there.
  @inline(__always)
  func entry(at address: UInt64, generation: UInt32) -> CodeEntry? {
    // SAFETY: the offset is that of a slot, and every slot was initialized.
    let entry = unsafe slots.load(fromByteOffset: Self.offset(address, generation), as: CodeEntry.self)
    return entry.address == address && entry.generation == generation ? entry : nil
  }

  /// Stores an entry in place of whatever had its slot.
  func insert(_ entry: CodeEntry) {
    // SAFETY: the offset is that of a slot.
    unsafe slots.storeBytes(of: entry, toByteOffset: Self.offset(entry.address, entry.generation), as: CodeEntry.self)
  }

  @inline(__always)
  private static func offset(_ address: UInt64, _ generation: UInt32) -> Int {
    let hash = (address ^ UInt64(generation) &<< 40) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: hash &>> (64 - exponent)) &* stride
  }
}
