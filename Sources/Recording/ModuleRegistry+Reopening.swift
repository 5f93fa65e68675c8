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
        return Entry(problem: .noIdentity)
      }
      let place = ForeignFile(module.path)
      let file: FileReader
      do throws(BinaryReadingError) { file = try place.open() } catch {
        return Entry(problem: error.isShortage ? .notOpened(detail: "\(error)") : .gone)
      }
      guard let image = try? ELFImage(file: file, places: [place]) else { return Entry(problem: .gone) }
      guard image.buildID == recorded else { return Entry(problem: .replaced) }
      return Entry(image: image)
    }
  }
}
