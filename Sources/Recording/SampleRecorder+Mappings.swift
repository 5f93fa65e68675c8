import ELF
import Processes
import ProfileModel
import RecordingFormat
import Sampling
import Unwinding

/// Which image is behind a process's mapping.
extension SampleRecorder {
  /// A process that was not described, as under `-a`: reads its mappings while it lives.
  mutating func adopt(_ process: TargetProcess) {
    guard let mappings = processes.table.undescribedMappings(of: process.pid) else { return }
    let time = MachineClock.monotonic
    for mapping in mappings { map(mapping, in: process, time: time) }
  }

  mutating func map(_ mapping: Mapping, in process: TargetProcess, time: UInt64) {
    // Every process has the page of obsolete system calls, which hardly one ever runs.
    guard mapping.isExecutable, mapping.path != "[vsyscall]", mapping.start < mapping.end else { return }
    // Text that was moved may begin with its file's header, and look like an image of its own.
    let isKernels = mapping.path == "[vdso]" || mapping.path == Mapping.breakpointPage
    let isMemory = (!mapping.isFileBacked && !isKernels) || mapping.isMemoryFile
    let range = mapping.start..<mapping.end
    var parts = isMemory ? movedText(in: range, of: process, time: time) : []
    var module: UInt32?
    if parts.isEmpty {
      let found = self.module(of: mapping, in: process, time: time)
      if let image = modules.entries[Int(found)].image {
        if image.isX32 { process.isX32 = true }
        module = found
      } else if !isMemory {
        // A file of huge pages, for instance.
        parts = movedText(in: range, of: process, time: time)
      }
    }
    unwinder.map(mapping, module: module, in: process.space)
    for part in parts {
      var moved = mapping
      (moved.start, moved.end) = (part.range.lowerBound, part.range.upperBound)
      unwinder.map(moved, module: part.module, bias: part.bias, in: process.space)
    }
  }

  private mutating func module(of mapping: Mapping, in process: TargetProcess, time: UInt64) -> UInt32 {
    let (module, isNew) = modules.module(of: .init(mapping: mapping, process: process, time: time), log: &log)
    if isNew, let image = modules.entries[Int(module)].image {
      unwinder.addImage(image, key: module)
      tasks.note(module: module, image: image)
    }
    tasks.noteMapping(of: module, in: process)
    return module
  }

  /// The parts of memory without a file that hold an image's code all the same.
  private mutating func movedText(
    in range: Range<UInt64>, of process: TargetProcess, time: UInt64
  ) -> [MovedText.Part] {
    process.movedText.cover(range, process.space.images(in: range))
    var candidates = process.movedText.coveredImages(in: range)
    if candidates.isEmpty {
      for neighbor in process.movedText.neighbors(of: range, pid: process.pid, in: source) {
        let module = module(of: neighbor, in: process, time: time)
        let biases = modules.entries[Int(module)].image?.biases(of: neighbor) ?? []
        candidates += biases.map { (module, $0) }
      }
    }
    for (module, bias) in candidates {
      guard let image = modules.entries[Int(module)].image else { continue }
      let parts = MovedText.parts(of: range, pid: process.pid, image: image, module: module, bias: bias)
      if !parts.isEmpty { return parts }
    }
    return []
  }

  /// Copies what may be rewritten when it is sampled for the first time.
  mutating func keepNewModules(of pid: Int32) {
    let target = roots.contains(pid) ? pid : nil
    for row in knownFrames..<log.tables.frames.count {
      let module = log.tables.frames.modules[row]
      guard module > 0, let copy = modules.keep(module - 1, target: target) else { continue }
      unwinder.replaceImage(copy, key: module - 1)
    }
    knownFrames = log.tables.frames.count
  }
}
