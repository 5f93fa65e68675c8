import ProfileModel

/// A module as a recording holds it.
struct RecordedModule: Hashable, Sendable {
  enum Kind: Int, Sendable {
    case file, kernel, vdso, jit
  }
  var path: String
  var buildID: BuildID?
  var kind: Kind
  /// The process of a JIT module; 0 for others.
  var pid: Int32 = 0
}

/// The tables of a recording: grown while recording, grown again from chunks while reading.
struct RecordingTables: Sendable {
  var modules: [RecordedModule] = []
  var processes: [ProcessRecord] = []
  var threads: [ThreadRecord] = []
  /// Texts of frames that stand for missing ones, such as `[truncated: depth limit]`.
  var markers: [String] = []
  var frames = FrameTable()
  var stacks = StackTable()
}

/// A sample as a recording holds it: time in microseconds since the start.
struct RecordedSample: Hashable, Sendable {
  var time: UInt64
  var thread: UInt32
  /// Index of the stack's node plus 1, 0 for none.
  var stack: UInt32
  var weight: UInt64
}
