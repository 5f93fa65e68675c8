import ProfileModel

/// A module as a recording holds it.
package struct RecordedModule: Hashable, Sendable {
  /// Full path, or `[kernel]`, `[vdso]`, `[jit]`.
  package var path: String
  /// Identity, where the file has one.
  package var buildID: BuildID?
  /// What kind of code it holds.
  package var kind: ModuleKind
  /// The process of a JIT module; 0 for others.
  package var pid: Int32

  /// A module.
  package init(path: String, buildID: BuildID? = nil, kind: ModuleKind, pid: Int32 = 0) {
    self.path = path
    self.buildID = buildID
    self.kind = kind
    self.pid = pid
  }
}

/// The tables of a recording: grown while recording, grown again from chunks while reading.
package struct RecordingTables: Sendable {
  /// By index, as all tables are.
  package var modules: [RecordedModule] = []
  var processes: [ProcessRecord] = []
  var threads: [ThreadRecord] = []
  /// What frames stand for that are no places in modules.
  package var markers: [FrameMarker] = []
  /// Places that stacks go through.
  package var frames = FrameRows()
  /// Stacks of `frames`, root first.
  package var stacks = StackTable()
}
