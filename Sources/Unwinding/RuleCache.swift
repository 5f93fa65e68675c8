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

  private let slots: UnsafeMutableRawPointer

  init() {
    let count = 1 << Int(Self.exponent)
    unsafe slots = .allocate(byteCount: count * Self.stride, alignment: Self.stride)
    let vacant = CodeEntry(
      address: 0, generation: 0, module: UnwoundStack.Frame.noModule, bias: 0, rule: .uncovered)
    for index in 0..<count {
      // SAFETY: `index` is below the number of slots allocated above.
      unsafe slots.storeBytes(of: vacant, toByteOffset: index * Self.stride, as: CodeEntry.self)
    }
  }

  deinit { unsafe slots.deallocate() }

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
