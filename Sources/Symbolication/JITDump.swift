import BinaryReading
import Demangling
import Glibc
import ProfileModel

/// A jitdump file: the code that a JIT compiler made, when, and from which lines
/// (Linux, `tools/perf/Documentation/jitdump-specification.txt`, versions 1 and 2).
///
///     header 40 bytes │ record: id, size, time │ body … │ record …
///
/// Code is looked up by address and time, since compilers use addresses again. The code bytes are not read.
public struct JITDump: Sendable {
  /// Why a file is no jitdump.
  public enum Failure: Error, Hashable, Sendable {
    /// It can't be read.
    case reading(BinaryReadingError)
    /// It doesn't begin with the magic number, in this machine's byte order.
    case notJITDump
    /// Its owner is not the process's user.
    case otherOwner
  }

  /// A function's code, from the time it was loaded or moved to its place.
  struct Code: Sendable {
    var start: UInt64
    var end: UInt64
    var time: UInt64
    var name: Int32
    var lines: Range<Int>
  }

  /// A line of a function's source, from an offset in its code on.
  struct Line: Sendable {
    var offset: UInt64
    var file: Int32
    var line: UInt32
  }

  /// Records that end early or contradict themselves; what follows them is not read.
  public internal(set) var malformedRecords = 0
  /// Functions loaded or moved.
  public var codeCount: Int { codes.count }

  /// By start, then by time.
  var codes: [Code] = []
  var lines: [Line] = []
  var names: [String] = []
  var files: [String] = []
  /// Whether times are of CLOCK_MONOTONIC and not of a processor's counter.
  var hasComparableTimes = true
  /// The longest code there is, which bounds the search.
  private var longest: UInt64 = 0
  private let path: String

  /// Code entries looked at for one address.
  private static let searchLimit = 65_536

  /// Reads the dump that `process` has mapped from `path`.
  public static func find(_ process: JITProcess, path: String) throws(Failure) -> JITDump {
    var failure = BinaryReadingError.io(path: path, errno: ENOENT)
    for place in process.places(of: path) {
      let file: FileReader
      do throws(BinaryReadingError) { file = try FileReader(path: place) } catch {
        failure = error
        continue
      }
      var status = stat()
      // SAFETY: `status` is written only during the call.
      guard unsafe fstat(file.descriptor, &status) == 0, status.st_uid == process.user else { throw .otherOwner }
      return try JITDump(file: file)
    }
    throw .reading(failure)
  }

  /// Reads an open file to its end as it is now.
  public init(file: consuming FileReader) throws(Failure) {
    path = file.path
    var reader = JITDumpReader(file)
    try reader.readHeader(&self)
    reader.readRecords(&self)
    codes.sort { ($0.start, $0.time) < ($1.start, $1.time) }
    longest = codes.reduce(0) { max($0, $1.end - $1.start) }
  }

  /// The code that lay at `address` at `time`, of CLOCK_MONOTONIC in nanoseconds; nil for the last that lay there.
  func code(at address: UInt64, time: UInt64?) -> Code? {
    var (low, high) = (0, codes.count)
    while low < high {
      let middle = (low + high) / 2
      if codes[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    var best: Code?
    var earliest: Code?
    for index in stride(from: low - 1, through: max(0, low - Self.searchLimit), by: -1) {
      let code = codes[index]
      guard address - code.start < longest else { break }
      guard address < code.end else { continue }
      if let time, hasComparableTimes, code.time > time {
        if code.time < earliest?.time ?? .max { earliest = code }
      } else if best.map({ code.time > $0.time }) ?? true {
        best = code
      }
    }
    // A sample may precede the record of the code that it hit by the time it took to write it.
    return best ?? earliest
  }

  /// Names code addresses at the times that they were seen.
  public func symbolize(_ places: [(address: UInt64, time: UInt64?)], names options: Demangler.Options = .init())
    -> ModuleSymbols
  {
    let shown = SymbolizedFrame.named(names, options)
    let frames = places.map { place -> [SymbolizedFrame] in
      guard let code = code(at: place.address, time: place.time), code.name >= 0 else {
        return [SymbolizedFrame(name: "[jit]+0x" + String(place.address, radix: 16), isSymbolized: false)]
      }
      var frame = shown[Int(code.name)]
      if let line = line(of: code, at: place.address) { (frame.file, frame.line) = (files[Int(line.file)], line.line) }
      return [frame]
    }
    return ModuleSymbols(source: codes.isEmpty ? "none" : "jitdump " + path, frames: frames)
  }

  private func line(of code: Code, at address: UInt64) -> Line? {
    var (low, high) = (code.lines.lowerBound, code.lines.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if lines[middle].offset <= address - code.start { low = middle + 1 } else { high = middle }
    }
    return low > code.lines.lowerBound ? lines[low - 1] : nil
  }
}
