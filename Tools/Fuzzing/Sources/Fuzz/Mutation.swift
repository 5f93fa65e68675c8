import Glibc

@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int

/// Called by libFuzzer for a new input: debug information is changed inside of its sections only, anything else as
/// libFuzzer likes.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateInput(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32) -> Int {
  guard target == .dwarf || target == .split, seed % 16 != 0 else { return mutate(bytes, count, limit) }
  let parts = debugParts([UInt8](UnsafeBufferPointer(start: bytes, count: count)), of: target)
  guard !parts.isEmpty else { return mutate(bytes, count, limit) }
  // Small sections as often as large ones.
  let part = parts[Int(seed / 16) % parts.count]
  // A run of the section, so that what is put in or taken out moves only what lies near.
  let start = part.lowerBound + Int(seed / 4096) % part.count
  let end = min(part.upperBound, start + 64)
  _ = mutate(bytes + start, end - start, end - start)
  return count
}
