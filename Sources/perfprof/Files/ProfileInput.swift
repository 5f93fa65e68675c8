import BinaryReading
import ProfileFormats
import ProfileModel
import RecordingFormat
import TextWriting

/// A FILE argument, read as what its content shows it to be; `-` is standard input.
struct ProfileInput: ~Copyable {
  let path: String
  private var source: InputBytes
  /// The first bytes, which tell the format.
  private var head: [UInt8] = []
  /// Whether they are all there are.
  private var isWhole = false

  /// Opens `path`.
  init(path: String) throws(Failure) {
    self.path = path
    source = try InputBytes(path: path)
  }

  private mutating func readOn() throws(Failure) {
    if let piece = try source.next() { head += piece } else { isWhole = true }
  }

  /// What the file is; reads on where its beginning doesn't tell.
  private mutating func recognize() throws(Failure) -> InputFormat.Recognition {
    var limit = InputFormat.headLength
    while true {
      while head.count < limit, !self.isWhole { try readOn() }
      let isWhole = self.isWhole && head.count <= limit
      let recognition = head.withFirst(limit) { InputFormat.recognize($0, isWhole: isWhole) }
      guard recognition == .undecided, !isWhole else { return recognition }
      limit *= 2
    }
  }

  /// The profile in it and, for a folded file with two counts a line, the profile of the first counts.
  ///
  /// - Parameter processNames: Whether folded lines begin with a process's name; nil where the file must tell.
  consuming func contents(
    showing details: RecordingDetails = [], processNames: ProcessNames? = nil, budget: ReadingBudget = ReadingBudget()
  ) throws(Failure) -> (profile: Profile, baseline: Profile?) {
    do {
      switch try recognize() {
      case .known(.recording):
        var reader = RecordingStream(path: path, budget: budget.forFile(ofBytes: source.size))
        var isWanted = try reader.consume(head.rawSpan)
        head = []
        while isWanted, let piece = try source.next() { isWanted = try reader.consume(piece.rawSpan) }
        return (try reader.finish(fileBytes: source.size > 0 ? source.size : nil, showing: details), nil)
      case .known(.folded):
        // Piece by piece: such files are often larger than memory should be.
        var reader = FoldedReader(processNames: processNames)
        try reader.consume(head.rawSpan)
        head = []
        while let piece = try source.next() { try reader.consume(piece.rawSpan) }
        let contents = try reader.finish()
        return (contents.profile, contents.baseline)
      case .known(.pprof): return (try Pprof.read(try rest()), nil)
      case .known(.speedscope): return (try Speedscope.read(try rest()), nil)
      case .known(.perfScript):
        var reader = PerfScriptReader()
        try reader.consume(head.rawSpan)
        head = []
        while let piece = try source.next() { try reader.consume(piece.rawSpan) }
        return (try reader.finish(), nil)
      case .foreign(let format): throw Failure(.badInput, "\(name): \(format.words)")
      case .undecided, .unknown:
        throw Failure(
          .badInput,
          "\(name): not a profile; perfprof reads its own recordings, folded stacks, pprof and speedscope files and "
            + "`perf script` text")
      }
    } catch let failure as Failure {
      throw failure
    } catch let error as RecordingError {
      throw Self.failure(name, error)
    } catch let error as ProfileFormatError {
      throw Failure(.badInput, "\(name): \(error.words)")
    } catch {
      throw Failure(.badInput, "\(name): damaged (\(error)): make it anew")
    }
  }

  /// The bytes as they are, when they are a recording.
  consuming func recording() throws(Failure) -> [UInt8]? {
    let bytes = try rest(limit: ReadingBudget().limit(.outputBytes))
    return RecordingReader.recognizes(bytes.rawSpan) ? bytes : nil
  }

  private mutating func rest(limit: Int = 1 << 30) throws(Failure) -> [UInt8] {
    var bytes = head
    head = []
    if isWhole { return bytes }
    bytes.reserveCapacity(min(source.size, limit))
    while let piece = try source.next() {
      guard piece.count <= limit - bytes.count else {
        throw Failure(
          .badInput, "\(name): more than \(limit.grouped) bytes, which is the most that is read of such a file")
      }
      bytes += piece
    }
    return bytes
  }

  private var name: String { path == "-" ? "standard input" : path }

  /// What is wrong with a recording.
  static func failure(_ name: String, _ error: RecordingError) -> Failure {
    switch error {
    case .notARecording: Failure(.badInput, "\(name): not a recording of perfprof")
    case .unknownVersion(_, let version):
      Failure(
        .badInput, "\(name): a recording of version \(version), which this perfprof does not know: use a newer one")
    case .empty:
      Failure(.badInput, "\(name): a recording that was cut before its first sample: nothing can be read from it")
    case .shortened: Failure(.badInput, "\(name): became shorter while it was read: try again")
    case .tooLarge(_, let exceeded): Failure(.badInput, "\(name): \(exceeded.sentence)")
    case .stillWritten:
      Failure(.noInput, "\(name): is still being recorded: wait for its end, or stop perfprof with Ctrl-C")
    case .io(_, let number): Failure(.noInput, "\(name): can't be read (\(errorText(number)))")
    }
  }
}

extension [UInt8] {
  /// What `body` makes of the first `count` bytes, or of all where there are fewer.
  fileprivate func withFirst<R>(_ count: Int, _ body: (RawSpan) -> R) -> R {
    let view = rawSpan
    return body(view.extracting(0..<Swift.min(count, view.byteCount)))
  }
}

extension ReadingBudget.Exceeded {
  /// What is too much, and what to do.
  var sentence: String {
    let limit = limit.grouped
    let (what, advice) =
      switch resource {
      case .unpackedBytes: ("unpacks to more than \(limit) bytes", "")
      case .chunkNumbers: ("has a chunk of more than \(limit) numbers", "")
      case .chunks: ("holds more than \(limit) chunks", "record for less time")
      case .samples: ("holds more than \(limit) samples", "record for less time, or with a lower -F")
      case .stackNodes: ("holds more than \(limit) different callers and callees", "record for less time")
      case .frames: ("holds more than \(limit) frames", "record for less time")
      case .rows: ("holds more than \(limit) names, processes and threads", "")
      case .textBytes: ("holds names of more than \(limit) bytes", "")
      case .depth: ("holds a stack of more than \(limit) frames", "record with a lower --max-depth")
      case .lineBytes: ("has a line of more than \(limit) bytes", "")
      case .steps: ("goes through more than \(limit) frames", "make a shorter one")
      case .valueTypes: ("holds more than \(limit) value types", "")
      case .treeNodes: ("makes a tree of more than \(limit) nodes", "leave out --threads, or use report")
      case .amounts:
        (
          "makes more than \(limit) amounts to compare, of each function in each block of time",
          "compare baselines (perfprof convert --baseline)"
        )
      case .outputBytes: ("would become more than \(limit) bytes", "use another format")
      }
    return "\(what), which is the most that is taken" + (advice.isEmpty ? "" : ": \(advice)")
  }
}
