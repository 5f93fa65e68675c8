import BinaryReading
import ELF
import Processes
import ProfileModel
import RecordingFormat

extension ModuleRegistry {
  /// The modules of a recording that was cut before its names: those whose file is still the one that was recorded.
  init(reopening modules: [RecordedModule]) {
    self.init()
    entries = modules.map { module in
      guard module.kind == .file else { return Entry() }
      guard let recorded = module.buildID else {
        return Entry(problem: "\(module.path): has no build ID, so that nobody knows whether it is still the same")
      }
      guard let file = try? ForeignFile(module.path).open(), let image = try? ELFImage(file: file) else {
        return Entry(problem: "\(module.path): is gone, or can't be read")
      }
      guard image.buildID == recorded else {
        return Entry(problem: "\(module.path): is another build by now")
      }
      return Entry(image: image)
    }
  }
}
