import BinaryReading
import ELF
import Glibc
import Symbolication

/// The DWARF of a program, for addresses all over it.
func feedDebugInformation(_ bytes: [UInt8]) {
  withFile(of: bytes) { descriptor in
    guard let image = try? ELFImage(file: FileReader(path: "/nonexistent/fuzz", owning: dup(descriptor))) else {
      return
    }
    symbolize(image)
  }
}

/// A program and the file with the other halves of its units: four bytes with the program's length, the program, and
/// what is put beside it both as a package and as the file that its units name.
func feedSplitUnits(_ bytes: [UInt8]) {
  guard let cut = programLength(bytes) else { return }
  let folder = "/dev/shm/perfprof-fuzz-\(getpid())"
  mkdir(folder, 0o700)
  let (program, other) = (Array(bytes[4..<4 + cut]), Array(bytes[(4 + cut)...]))
  for (name, contents) in [("program", program), ("program.dwp", other), ("program.dwo", other)] {
    let descriptor = open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    _ = contents.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
  }
  if let file = try? FileReader(path: folder + "/program"), let image = try? ELFImage(file: file) { symbolize(image) }
  for name in ["program", "program.dwp", "program.dwo"] { unlink("\(folder)/\(name)") }
  rmdir(folder)
}

private func symbolize(_ image: ELFImage) {
  var options = Symbolicator.Options()
  options.usesDebuginfod = false
  options.debugFolders = []
  var addresses: Set<UInt64> = []
  for segment in image.segments.prefix(16) where segment.isExecutable {
    for step in 0..<400 { addresses.insert(segment.virtualAddress &+ UInt64(step) &* 11) }
  }
  _ = Symbolicator(options: options).symbolize(image: image, addresses: addresses.sorted())
}

/// Where the first of two files ends, as four bytes before it tell.
private func programLength(_ bytes: [UInt8]) -> Int? {
  guard bytes.count > 4 else { return nil }
  let length = (0..<4).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
  return length < bytes.count - 4 ? length : nil
}

/// The parts of an input that hold debug information: what is around them stays whole, so that mutations go deep.
func debugParts(_ bytes: [UInt8], of target: FuzzTarget) -> [Range<Int>] {
  func parts(_ range: Range<Int>) -> [Range<Int>] {
    guard let image = try? ELFImage(bytes: Array(bytes[range]), path: "fuzz") else { return [] }
    return image.sections.compactMap { section in
      guard section.name.hasPrefix(".debug"), section.hasContents, let start = Int(exactly: section.offset),
        let size = Int(exactly: section.size), size > 0, start <= range.count, size <= range.count - start
      else { return nil }
      return range.lowerBound + start..<range.lowerBound + start + size
    }
  }
  if target == .dwarf { return parts(0..<bytes.count) }
  guard let cut = programLength(bytes) else { return [] }
  return parts(4..<4 + cut) + parts(4 + cut..<bytes.count)
}
