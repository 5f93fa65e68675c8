import ProfileModel
import RecordingFormat

/// Names what a recording lacks that was cut before its names were written, from the files that are still there.
package struct LateNaming: Sendable {
  /// How many modules have names now that had none.
  package private(set) var named = 0
  /// Why others still have none.
  package private(set) var problems: [ProfileNote] = []
  /// Bytes behind the last whole chunk, which names took the place of.
  package private(set) var droppedBytes = 0
  /// Why the disk did not take all names, as errno has it; nil when it did.
  package private(set) var writeFailure: Int32?

  /// Writes names into a recording, behind what can be read of it; leaves one alone that lacks none.
  package init(path: String, options: SymbolizationOptions) throws(RecordingError) {
    let file = try OpenRecording(path: path)
    let recording = try file.unnamed()
    let wanted = recording.modules + recording.givenUp
    guard !wanted.isEmpty else { return }
    let frames = RecordedFrames(
      tables: recording.tables, wanted: Set(wanted), modules: ModuleRegistry(reopening: recording.tables.modules))
    var found = Symbolization(options: options).names(frames).found
    for index in found.indices {
      found[index].wereFoundLater = found[index].source != "none"
      if found[index].wereFoundLater { named += 1 }
      let module = recording.tables.modules[Int(found[index].module)]
      if let problem = found[index].problem ?? (found[index].wereFoundLater ? nil : .noSymbols) {
        problems.append(.module(path: module.path, buildID: module.buildID, problem))
      }
    }
    // What was looked for in vain before is not said twice.
    found.removeAll { !$0.wereFoundLater && recording.givenUp.contains($0.module) }
    guard !found.isEmpty else { return }
    let writer = try file.writer(at: recording.length)
    droppedBytes = file.size - Int(recording.length)
    for names in found {
      for chunk in RecordingChunk.chunks(of: names) { writer.append(chunk) }
    }
    writeFailure = writer.finish()
  }
}
