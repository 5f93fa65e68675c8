import ProfileModel
import RecordingSchema
import SwiftProtobuf

/// What a finished recording's profile needs beside the tables that its recorder has, taken down as it's written, so that
/// the file need not be read back to draw a picture.
///
/// Samples are kept as the file has them, in about seven bytes each. Memory is bounded: past that the draft is given up,
/// and the file has to be read after all. Either way the profile is the same, since both ways end in `ProfileAssembly`.
package struct ProfileDraft: Sendable {
  private let header: RecordingHeader
  private var processes: [ProcessRecord] = []
  private var threads: [ThreadRecord] = []
  /// Serialized `Recording_Samples`, a window each.
  private var samples: [[UInt8]] = []
  private var marks: [ProfileMark] = []
  private var counters = RecordingCounters()
  private var names: [RecordedNames] = []
  private var bytes = 0
  private var isGivenUp = false
  private let limit: Int

  /// A draft of a recording with this header.
  ///
  /// - Parameter limit: Bytes that samples, processes, threads and names from before the end may take: by default about
  ///   five minutes of two busy CPUs at 999 Hz.
  package init(_ header: RecordingHeader, limit: Int = 4 << 20) {
    var header = header
    // What a period says that a recording can't hold is not said.
    header.valueTypes = header.valueTypes.map { ValueType($0.recorded) }
    self.header = header
    self.limit = limit
  }

  /// Takes down what the file was given.
  package mutating func add(_ window: RecordingWindow) {
    counters = window.counters
    guard !isGivenUp else { return }
    if window.samples.count > 0 {
      guard
        let packed: [UInt8] = try? window.samples.message(0..<window.samples.count, behind: 0).serializedBytes()
      else { return giveUp() }
      samples.append(packed)
      bytes += packed.count
    }
    processes += window.processes
    threads += window.threads
    marks += window.marks.map(\.inWholeMicroseconds)
    bytes += window.marks.count * MemoryLayout<ProfileMark>.stride
    bytes += window.processes.reduce(0) { $0 + $1.name.utf8.count + MemoryLayout<ProcessRecord>.stride }
    bytes += window.threads.reduce(0) { $0 + $1.name.utf8.count + MemoryLayout<ThreadRecord>.stride }
    if bytes > limit { giveUp() }
  }

  /// Takes down the names of a module.
  ///
  /// - Parameters:
  ///   - chunks: How many chunks they took. Each has functions of its own, so that one which is in two counts twice.
  ///   - isAtEnd: Whether samples may follow, until whose end the names take memory.
  package mutating func add(_ names: RecordedNames, chunks: Int, isAtEnd: Bool) {
    guard !isGivenUp else { return }
    guard chunks == 1 else { return giveUp() }
    self.names.append(names)
    if !isAtEnd { bytes += names.estimatedBytes }
    if bytes > limit { giveUp() }
  }

  private mutating func giveUp() {
    isGivenUp = true
    (processes, threads, samples, marks, names) = ([], [], [], [], [])
  }

  /// The profile of the recording that ends with this trailer; nil where the draft was given up.
  ///
  /// - Parameter tables: All rows that the samples refer to, but for processes and threads.
  package consuming func profile(tables: consuming RecordingTables, trailer: RecordingTrailer) -> Profile? {
    guard !isGivenUp else { return nil }
    tables.processes = processes
    tables.threads = threads
    var assembly = ProfileAssembly(tables: tables)
    assembly.add(header)
    for packed in samples {
      guard let message = try? Recording_Samples(serializedBytes: packed), assembly.add(message) else { return nil }
    }
    assembly.add(marks)
    assembly.add(counters)
    for part in names { assembly.add(part) }
    assembly.add(trailer)
    var budget = ReadingBudget.unlimited
    return try? assembly.finish(unread: .init(bytes: 0, isAll: true), shows: [], &budget)
  }
}

extension ProfileMark {
  /// As a recording has it.
  fileprivate var inWholeMicroseconds: ProfileMark {
    var result = self
    result.time = time / 1000 * 1000
    return result
  }
}

extension RecordedNames {
  /// Roughly the memory that they take.
  fileprivate var estimatedBytes: Int {
    functions.reduce(addresses.count * 16 + lineNumbers.count * 8) {
      $0 + MemoryLayout<RecordedFunction>.stride + $1.name.utf8.count + ($1.fullName?.utf8.count ?? 0)
        + ($1.linkageName?.utf8.count ?? 0) + ($1.file?.utf8.count ?? 0)
    }
  }
}
