import Glibc
import RecordingFormat

@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int

/// Called by libFuzzer for a new input: debug information is changed inside of its sections only, recordings inside of
/// their compressed chunks, anything else as libFuzzer likes.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateInput(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32) -> Int {
  if target == .recording, seed % 16 != 0, let changed = mutateChunk(bytes, count, limit, seed) { return changed }
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

/// Changes one chunk of a recording and packs it again; nil when there is none, or the result is too long.
private func mutateChunk(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32) -> Int? {
  var chunks = RecordingReader.plainChunks([UInt8](UnsafeBufferPointer(start: bytes, count: count)))
  guard !chunks.isEmpty else { return nil }
  let index = Int(seed / 16) % chunks.count
  let room = chunks[index].count + 256
  var chunk = chunks[index] + [UInt8](repeating: 0, count: 256)
  let length = chunk.withUnsafeMutableBufferPointer { buffer in
    buffer.baseAddress.map { mutate($0, buffer.count - 256, room) } ?? 0
  }
  chunks[index] = Array(chunk.prefix(length))
  let file = RecordingReader.file(ofPlainChunks: chunks)
  guard file.count <= limit else { return nil }
  for (position, byte) in file.enumerated() { bytes[position] = byte }
  return file.count
}
