import CLinuxPerf
import Glibc
import ProfileFormats
import ProfileModel
import Recording

/// The files that a recording will leave: the log, written from the first moment on, and views of it at the end.
struct RecordingFiles: ~Copyable {
  /// Where the recording will be; nil when only views are wanted.
  let recording: String?
  /// The recording's own place while it grows, when it has to be moved over a file that is there.
  private let temporary: String?
  private var descriptor: Int32
  private let views: [ProfileOutput]

  /// Opens what `-o` names; without any, `NAME-PID.perfprof` and `NAME-PID.svg`, or the next free name like them.
  init(outputs: [String], showsCommand: Bool = true, name: @autoclosure () -> String) throws(Failure) {
    let paths = outputs.isEmpty ? Self.freeNames(name()) : outputs
    var views: [ProfileOutput] = []
    var recording: String?
    for path in paths {
      var output = try ProfileOutput(path: path)
      output.showsCommand = showsCommand
      if output.format == .recording, recording == nil { recording = path } else { views.append(output) }
    }
    if let path = paths.enumerated().first(where: { paths[..<$0.offset].contains($0.element) })?.element {
      throw Failure(.usage, "-o \(path): named twice: each file is written once")
    }
    for view in views { try Self.checkPlace(view.path) }
    let place = try Self.open(recording)
    self.views = views
    self.recording = recording
    descriptor = place.descriptor
    temporary = place.temporary
  }

  /// Straight to its place where nothing is there, so that it's found there even if perfprof should die.
  private static func open(_ recording: String?) throws(Failure) -> (descriptor: Int32, temporary: String?) {
    guard let recording else {
      // SAFETY: the name is a literal.
      let descriptor = unsafe clp_memory_file("perfprof")
      guard descriptor >= 0 else { throw OutputFile.failure("a recording in memory", errno) }
      return (descriptor, nil)
    }
    if OutputFile.isSpecial(recording) {
      var status = stat()
      // SAFETY: the path is a Swift string, which the bridge terminates for the calls; `status` is written only.
      guard unsafe stat(recording, &status) == 0, unsafe access(recording, W_OK) == 0 else {
        throw OutputFile.failure(recording, errno)
      }
      guard status.st_mode & S_IFMT != S_IFDIR else { throw OutputFile.failure(recording, EISDIR) }
      // A pipe or device can't be read back or cut: it gets the whole at the end.
      // SAFETY: the name is a literal.
      let descriptor = unsafe clp_memory_file("perfprof")
      guard descriptor >= 0 else { throw OutputFile.failure("a recording in memory", errno) }
      return (descriptor, nil)
    }
    var descriptor = OutputFile.create(recording)
    var temporary: String?
    if descriptor < 0, errno == EEXIST {
      let name = OutputFile.temporaryPath(for: recording)
      descriptor = OutputFile.create(name)
      temporary = name
    }
    guard descriptor >= 0 else { throw OutputFile.failure(recording, errno) }
    return (descriptor, temporary)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The open, empty file to record to; the caller takes it over.
  mutating func takeDescriptor() -> Int32 {
    defer { descriptor = -1 }
    return descriptor
  }

  /// Removes the recording that was begun, when nothing came of it.
  func discard() {
    // A pipe or device was there before, and nothing was written to it.
    guard let recording, temporary != nil || !OutputFile.isSpecial(recording) else { return }
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    _ = unsafe unlink(temporary ?? recording)
  }

  /// Moves the recording to its place and writes all views; the paths written, and what could not be.
  func finish(_ profile: Profile, of outcome: RecordOutcome) -> (written: [String], [Failure]) {
    var written: [String] = []
    var failures: [Failure] = []
    if let recording {
      do {
        try placeRecording(recording, of: outcome)
        written.append(recording)
      } catch { failures.append(error) }
    }
    for view in views {
      do throws(Failure) {
        try view.write(profile.preferred, recording: view.format == .recording ? Self.bytes(of: outcome) : nil)
        written.append(view.path)
      } catch { failures.append(error) }
    }
    return (written, failures)
  }

  private static func bytes(of outcome: RecordOutcome) throws(Failure) -> [UInt8] {
    do { return try outcome.contents() } catch { throw Failure(unreadable: error) }
  }

  private func placeRecording(_ path: String, of outcome: RecordOutcome) throws(Failure) {
    // What was removed meanwhile, with its folder or without, is lost otherwise.
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    let isGone = unsafe access(temporary ?? path, F_OK) != 0
    if isGone || temporary == nil && OutputFile.isSpecial(path) {
      try OutputFile(path: path).write(Self.bytes(of: outcome))
    } else if let temporary {
      // SAFETY: both paths are Swift strings, which the bridge terminates for the call.
      guard unsafe rename(temporary, path) == 0 else { throw OutputFile.failure(path, errno) }
    }
    if let failure = outcome.writeFailure {
      throw Failure(.cantCreate, OutputFile.failure(path, failure).sentence + "; it ends before that, the views don't")
    }
  }

  /// Fails early where a view could not be written after all the sampling.
  private static func checkPlace(_ path: String) throws(Failure) {
    guard path != "-" else {
      throw Failure(.usage, "-o -: standard output belongs to the target: name a file, and use convert for a pipe")
    }
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let place = folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
    var status = stat()
    // SAFETY: paths are Swift strings, which the bridge terminates for the calls; `status` is written only.
    if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw OutputFile.failure(path, EISDIR)
    }
    guard unsafe access(place, W_OK | X_OK) == 0 else { throw OutputFile.failure(path, errno) }
    if OutputFile.isSpecial(path) {
      // SAFETY: the path is a Swift string, which the bridge terminates for the call.
      guard unsafe access(path, W_OK) == 0 else { throw OutputFile.failure(path, errno) }
      return
    }
    // To root everything looks writable, and names can be too long: only trying tells.
    let trial = OutputFile.temporaryPath(for: path)
    let descriptor = OutputFile.create(trial)
    guard descriptor >= 0 else { throw OutputFile.failure(path, errno) }
    Glibc.close(descriptor)
    // SAFETY: the path is a Swift string, which the bridge terminates for the call.
    _ = unsafe unlink(trial)
  }

  /// `NAME.perfprof` and `NAME.svg`, or with `-2`, `-3`… behind NAME where one of them is there already.
  private static func freeNames(_ name: String) -> [String] {
    for number in 1...10_000 {
      let stem = number == 1 ? name : "\(name)-\(number)"
      let paths = ["\(stem).perfprof", "\(stem).svg"]
      // SAFETY: the path is a Swift string, which the bridge terminates for the call.
      if paths.allSatisfy({ unsafe access($0, F_OK) != 0 }) { return paths }
    }
    return ["\(name).\(getpid()).perfprof", "\(name).\(getpid()).svg"]
  }
}
