import BinaryReading
import ELF
import Glibc
import Processes
import ProfileModel
import Sampling
import Symbolication

/// A function whose calls are counted as units of work: `FUNCTION`, or `FILE:FUNCTION`.
package struct WorkSymbol: Hashable, Sendable {
  /// A path, or a path's last component; nil for the program, and for all of its libraries where it has none.
  package let file: String?
  /// A linkage name, or a name as pictures show it.
  package let function: String

  /// Why calls can't be counted.
  package enum Problem: Error, Hashable {
    /// Every process of the machine is sampled, whose files differ.
    case needsFile
    /// The program or the library can't be read, or is no binary.
    case noImage(path: String)
    /// Nothing of this name.
    case notFound(files: [String])
    /// Several functions have this name.
    case ambiguous(names: [String])
    /// The kernel doesn't count them.
    case notCounted(SamplingError)
  }

  /// Understands what was given; nil for what names no function.
  package init?(_ text: String) {
    guard !text.isEmpty, !text.utf8.contains(0) else { return nil }
    // Names of functions have colons, too: `std::sort`, `Server.handle(_:)`.
    if let colon = text.firstIndex(of: ":"), colon != text.startIndex,
      text.index(after: colon) != text.endIndex, text[text.index(after: colon)] != ":",
      !text[..<colon].contains(where: { "(<[ ".contains($0) })
    {
      file = String(text[..<colon])
      function = String(text[text.index(after: colon)...])
    } else {
      (file, function) = (nil, text)
    }
  }

  /// Where it begins.
  private struct Found {
    var image: ELFImage
    var entries: [NamedFunction]
  }

  /// Begins to count its calls.
  package func counter(
    of target: SamplingTarget, command: [String], symbols: SymbolizationOptions
  ) throws(Problem) -> WorkCounter {
    let found: [Found]
    switch target {
    case .processes(let pids): found = try find(in: pids, symbols)
    case .suspended:
      found = try find(inFile: Self.program(file ?? command.first ?? ""), symbols)
    case .allProcesses:
      guard let file, file.contains("/") else { throw .needsFile }
      found = try find(inFile: file, symbols)
    }
    var places: [CallCounter.Place] = []
    defer { for place in places { close(place.descriptor) } }
    for one in found {
      for entry in one.entries {
        // A copy that lives until the kernel has looked at it.
        guard let descriptor = one.image.withDescriptor({ fcntl($0, F_DUPFD_CLOEXEC, 0) }), descriptor >= 0 else {
          throw .noImage(path: one.image.path)
        }
        places.append(CallCounter.Place(descriptor: descriptor, offset: entry.fileOffset))
      }
    }
    do throws(SamplingError) {
      return WorkCounter(
        try CallCounter(places, of: target), function: function,
        module: found.first.map { Module(path: $0.image.path).name } ?? "")
    } catch { throw .notCounted(error) }
  }

  private func find(inFile path: String, _ symbols: SymbolizationOptions) throws(Problem) -> [Found] {
    guard let file = try? FileReader(path: path), let image = try? ELFImage(file: file) else {
      throw .noImage(path: path)
    }
    let entries = try entries(in: image, symbols)
    guard !entries.isEmpty else { throw .notFound(files: [path]) }
    return [Found(image: image, entries: entries)]
  }

  /// Looks at the program of each process, and at its libraries where that has no such function; the file of each that is
  /// another one.
  private func find(in pids: [Int32], _ symbols: SymbolizationOptions) throws(Problem) -> [Found] {
    var result: [Found] = []
    var files: [String] = []
    for pid in pids {
      var seen: Set<String> = []
      var found: [Found] = []
      for mapping in (try? ProcessMaps.read(pid: pid, executableOnly: true)) ?? [] where mapping.isFileBacked {
        guard isMeant(mapping.filePath), seen.insert(mapping.filePath).inserted,
          let image = try? ImageLocator().open(pid: pid, mapping: mapping)
        else { continue }
        if !files.contains(mapping.filePath) { files.append(mapping.filePath) }
        if let known = result.first(where: { $0.image.isSameFile(as: image) }) {
          found.append(known)
        } else {
          let entries = try entries(in: image, symbols)
          if !entries.isEmpty { found.append(Found(image: image, entries: entries)) }
        }
        // The program is the first in the list, as a rule, and always before its libraries.
        let isProgram = image.isFile(at: "/proc/\(pid)/exe")
        if isProgram, !found.isEmpty { break }
      }
      guard found.count <= 1 else {
        throw .ambiguous(names: found.map { "\(Module(path: $0.image.path).name):\(function)" })
      }
      for one in found where !result.contains(where: { $0.image.isSameFile(as: one.image) }) { result.append(one) }
    }
    guard !result.isEmpty else { throw .notFound(files: files) }
    return result
  }

  private func isMeant(_ path: String) -> Bool {
    guard let file else { return true }
    return path == file || !file.contains("/") && path.split(separator: "/").last.map(String.init) == file
  }

  private func entries(in image: ELFImage, _ symbols: SymbolizationOptions) throws(Problem) -> [NamedFunction] {
    let entries = NamedFunction.find(function, in: image, options: symbols.symbolicator.options)
    let names = Set(entries.map(\.name))
    guard names.count <= 1 else { throw .ambiguous(names: names.sorted()) }
    return entries
  }

  /// The file that a command's first word stands for, as `execvp` finds it.
  private static func program(_ word: String) -> String {
    guard !word.contains("/") else { return word }
    // SAFETY: getenv returns a terminated string, which is copied at once.
    let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/bin:/usr/bin"
    for folder in path.split(separator: ":", omittingEmptySubsequences: false) {
      let file = folder.isEmpty ? word : "\(folder)/\(word)"
      // SAFETY: the path is a Swift string, which the bridge terminates for the call.
      if unsafe access(file, X_OK) == 0 { return file }
    }
    return word
  }
}
