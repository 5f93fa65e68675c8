import BinaryReading
import ELF
import Processes
import ProfileModel
import RecordingFormat

extension ModuleRegistry {
  /// The modules of a recording that was made before: those whose file is still the one that was recorded.
  ///
  /// - Parameter isOld: Whether a file without a build ID was what it is when the recording was made.
  init(reopening modules: [RecordedModule], isOld: (FileStatus) -> Bool = { _ in false }) {
    self.init()
    entries = modules.map { module in
      guard module.kind == .file else { return Entry() }
      let place = ForeignFile(module.path)
      let file: FileReader
      do throws(BinaryReadingError) { file = try place.open() } catch {
        return Entry(problem: error.isShortage ? .notOpened(detail: "\(error)") : .gone)
      }
      if module.buildID == nil, (try? file.status()).map(isOld) != true { return Entry(problem: .noIdentity) }
      guard let image = try? ELFImage(file: file, places: [place]) else { return Entry(problem: .gone) }
      guard image.buildID == module.buildID else { return Entry(problem: .replaced) }
      return Entry(image: image)
    }
  }
}
