import ProfileModel

/// What a recording gained in a span of time: rows that are new in its tables, and samples that refer to them and to rows
/// of windows before.
///
///     tables   ├── of earlier windows ──┼── rows of this one ──┤
///     samples                           ├── of this one ───────┤
///
/// A window is a value of its own: whoever keeps it, or hands it to another thread, keeps nothing of the recorder.
package struct RecordingWindow: Sendable {
  /// New modules, by index behind those of earlier windows, as all rows here.
  package internal(set) var modules: [RecordedModule] = []
  /// New processes, or new names of known ones.
  package internal(set) var processes: [ProcessRecord] = []
  /// New threads, or new names of known ones.
  package internal(set) var threads: [ThreadRecord] = []
  /// New texts of frames that stand for missing ones.
  package internal(set) var markers: [FrameMarker] = []
  /// New frames: the module's index plus 1, or 0 for a marker; the address or the marker's index; and whether it's an async
  /// caller.
  package internal(set) var frames: (modules: [UInt32], addresses: [UInt64], areAsyncCallers: [Bool]) = ([], [], [])
  /// New stacks: the parent's index or `StackTable.noParent`, and the frame's index.
  package internal(set) var stacks: (parents: [UInt32], frames: [UInt32]) = ([], [])
  /// What was sampled, in order of time.
  package internal(set) var samples = Samples()
  /// What happened to processes and threads, about in order of time.
  package internal(set) var marks: [ProfileMark] = []
  /// Totals since the recording began.
  package internal(set) var counters = RecordingCounters()
  /// Samples since the recording began.
  package internal(set) var sampleCount: UInt64 = 0

  /// Samples as columns, as a recording holds them.
  package struct Samples: Sendable {
    /// Differences, in microseconds, each to the one before; the first one's to the last of the window before.
    var time: [Int64] = []
    var thread: [UInt32] = []
    /// Differences of the stack's index plus 1; 0 for none.
    var stack: [Int32] = []
    /// Empty as long as all are 0, and 1.
    var value: [UInt32] = []
    var weight: [UInt64] = []

    /// How many there are.
    package var count: Int { time.count }
  }
}
