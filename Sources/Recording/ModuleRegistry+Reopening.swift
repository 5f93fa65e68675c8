import BinaryReading
import ELF
import ProfileModel

extension ModuleRegistry {
  /// The modules of a recording that was cut before its names: those whose file is still the one that was recorded.
  init(reopening modules: [RecordedModule]) {
    self.init()
    entries = modules.map { module in
      guard module.kind == .file, let recorded = module.buildID, let file = try? FileReader(path: module.path),
        let image = try? ELFImage(file: file), image.buildID == recorded
      else { return Entry() }
      return Entry(image: image)
    }
  }
}
