import BinaryReading
import Disassembly
import ELF
import ProfileModel
import RecordingFormat
import Symbolication
import Unwinding

/// Disassembles the functions that the most samples lie in, from the files that are still what was recorded: by build ID;
/// without one, if the file was not changed since the recording began and has the same names in the same places.
package struct InstructionReading {
  private let selected: SelectedProfile
  private let options: SymbolizationOptions
  /// Samples of each place, by module.
  private var weights: [ModuleID: [UInt64: Int64]] = [:]
  private var whole: Int64 = 0

  /// Functions that are listed, bytes of each that are, and bytes in all.
  private static let (mostFunctions, mostBytes, mostBytesInAll) = (200, 1 << 16, 1 << 20)
  /// A function or a module with fewer samples, as a share of all, is left out.
  private static let least: Int64 = 1_000

  private struct Candidate {
    var module: ModuleID
    var image: ELFImage
    var range: Range<UInt64>
    var weight: Int64 = 0
  }

  /// Looks at the samples that are selected.
  package init(_ selected: SelectedProfile, options: SymbolizationOptions) {
    self.selected = selected
    self.options = options
    let profile = selected.profile
    for sample in selected.samples {
      whole.addSaturating(sample.weight)
      guard let stack = sample.stack else { continue }
      let frame = profile.frames[Int(profile.stacks.frame(of: stack))]
      guard frame.kind == .user || frame.kind == .inlined, frame.address > 0,
        let module = profile.functions[frame.function.index].module
      else { continue }
      weights[module, default: [:]][frame.address, default: 0].addSaturating(sample.weight)
    }
  }

  /// Reads and disassembles them.
  package func listing() throws(Disassembler.Problem) -> InstructionListing {
    var listing = InstructionListing()
    var candidates: [Candidate] = []
    let images = ModuleRegistry(
      reopening: selected.profile.modules.map {
        RecordedModule(path: $0.path, buildID: $0.buildID, kind: $0.path.hasPrefix("/") ? $0.kind ?? .file : .jit)
      }, isOld: { [start = selected.profile.metadata.startTime] in $0.changed < start ?? 0 }
    ).entries
    for (module, places) in weights.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      guard isEnough(places.values.reduce(into: 0) { $0.addSaturating($1) }) else { continue }
      let entry = images[module.index]
      guard let image = entry.image else {
        if let problem = entry.problem { listing.problems.append((module, problem)) }
        continue
      }
      guard image.buildID != nil || hasRecordedNames(image, module, places.keys.sorted()) else {
        listing.problems.append((module, .noIdentity))
        continue
      }
      candidates += functions(of: image, module, places)
    }
    candidates.sort {
      ($1.weight, $0.module.rawValue, $0.range.lowerBound) < ($0.weight, $1.module.rawValue, $1.range.lowerBound)
    }
    var bytes = 0
    var disassemblers: [Architecture: Disassembler] = [:]
    for candidate in candidates.prefix(Self.mostFunctions) {
      let architecture = candidate.image.architecture ?? .host
      let disassembler: Disassembler
      if let known = disassemblers[architecture] {
        disassembler = known
      } else {
        disassembler = try Disassembler(architecture)
      }
      disassemblers[architecture] = disassembler
      let count = min(candidate.range.count, Self.mostBytes)
      guard bytes + count <= Self.mostBytesInAll,
        let code = try? candidate.image.read(address: candidate.range.lowerBound, count: count)
      else { continue }
      bytes += count
      let instructions = disassembler.instructions(code, at: candidate.range.lowerBound).map {
        InstructionListing.Instruction(address: $0.address, size: UInt32($0.size), text: $0.text)
      }
      listing.functions.append(
        InstructionListing.Code(
          module: candidate.module, instructions: instructions, isCut: count < candidate.range.count))
    }
    addLines(to: &listing, images)
    return listing
  }

  private func isEnough(_ weight: Int64) -> Bool { weight > 0 && weight >= whole / Self.least }

  /// The functions of a module that have enough of the samples.
  private func functions(of image: ELFImage, _ module: ModuleID, _ places: [UInt64: Int64]) -> [Candidate] {
    let ranges = FunctionRanges(image)
    var found: [Candidate] = []
    var last: Range<UInt64>?
    for (address, weight) in places.sorted(by: { $0.key < $1.key }) {
      if last?.contains(address) != true {
        // Of code that nobody describes nobody knows where its instructions begin.
        guard let range = ranges.range(containing: address) else { continue }
        last = range
        found.append(Candidate(module: module, image: image, range: range))
      }
      found[found.count - 1].weight.addSaturating(weight)
    }
    return found.filter { isEnough($0.weight) }
  }

  /// Whether the functions at these addresses have the names in an image that they have in the profile.
  private func hasRecordedNames(_ image: ELFImage, _ module: ModuleID, _ addresses: [UInt64]) -> Bool {
    let profile = selected.profile
    var names: [UInt64: String] = [:]
    for frame in profile.frames where frame.kind == .user {
      let function = profile.functions[frame.function.index]
      if function.module == module, function.isSymbolized { names[frame.address] = function.name }
    }
    var symbolicator = options.symbolicator
    symbolicator.options.readsDebugInformation = false
    symbolicator.options.usesDebuginfod = false
    let symbols = symbolicator.symbolize(image: image, addresses: addresses, path: profile.modules[module.index].path)
    let found = zip(addresses, symbols.frames).compactMap { address, chain -> Bool? in
      guard let name = names[address], let last = chain.last, last.isSymbolized else { return nil }
      return last.name == name
    }
    return !found.isEmpty && !found.contains(false)
  }

  /// Adds the source line of each instruction.
  private func addLines(to listing: inout InstructionListing, _ images: [ModuleRegistry.Entry]) {
    for module in Set(listing.functions.map(\.module)) {
      guard let image = images[module.index].image else { continue }
      let own = listing.functions.filter { $0.module == module }
      let addresses = own.flatMap { $0.instructions.map(\.address) }.sorted()
      let symbols = options.symbolicator.symbolize(
        image: image, addresses: addresses, path: selected.profile.modules[module.index].path)
      var frames: [UInt64: SymbolizedFrame] = [:]
      for (address, chain) in zip(addresses, symbols.frames) { frames[address] = chain.first }
      for index in listing.functions.indices where listing.functions[index].module == module {
        for row in listing.functions[index].instructions.indices {
          let frame = frames[listing.functions[index].instructions[row].address]
          listing.functions[index].instructions[row].file = frame?.file
          listing.functions[index].instructions[row].line = frame?.line ?? 0
        }
      }
    }
  }
}
