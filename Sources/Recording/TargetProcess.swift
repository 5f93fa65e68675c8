import ProfileModel
import Unwinding

/// All that is kept of one process while it is recorded, as long as it lives and runs the same program.
///
/// One value for a process, so that a sample looks it up once, and that everything goes with it. Who it is, by name and
/// threads, the `ProcessTable` knows, also of those that have ended.
final class TargetProcess {
  let pid: Int32
  /// What lies where, and how its code is unwound.
  let space: AddressSpace
  /// Where files lie that could not be read.
  var regions = CodeRegions()
  /// The module of the code that it makes as it runs, once there was any.
  var jitModule: UInt32?
  /// Whose copy it is, and since when; nil where it was there before, or runs another program by now.
  let origin: Origin?
  /// Text that was moved to other memory.
  var movedText = MovedText()
  /// What it tells of its code, once it was asked.
  var registered: RegisteredProgram?
  /// Whether it runs an x32 program; its registers don't tell it.
  var isX32 = false
  /// What is known of its Swift tasks.
  var tasks = TaskKnowledge()

  /// How a process came about.
  struct Origin {
    /// Whose copy it is.
    var pid: Int32
    /// The same, as long as that lives and runs the same program; nil as well where nothing was known of it.
    private(set) weak var process: TargetProcess?
    /// Since when, CLOCK_MONOTONIC in nanoseconds.
    var time: UInt64

    init(_ pid: Int32, _ process: TargetProcess?, time: UInt64) {
      (self.pid, self.process, self.time) = (pid, process, time)
    }
  }

  /// A process of which nothing is known yet.
  init(pid: Int32) {
    self.pid = pid
    space = AddressSpace()
    origin = nil
  }

  /// A process that begins as a copy of another; nothing may be known of that one.
  init(pid: Int32, copyOf parent: TargetProcess?, _ parentPID: Int32, time: UInt64) {
    self.pid = pid
    space = parent.map { AddressSpace(copyOf: $0.space) } ?? AddressSpace()
    origin = Origin(parentPID, parent, time: time)
    guard let parent else { return }
    regions = parent.regions
    movedText = parent.movedText.copy
    isX32 = parent.isX32
    tasks.module = parent.tasks.module
  }

  /// Adds the modules that it has: of what lies where, and of what may yet be found to.
  func addModules(to modules: inout Set<UInt32>) {
    modules.formUnion(space.modules)
    modules.formUnion(regions.modules)
    modules.formUnion(movedText.modules)
    if let jitModule { modules.insert(jitModule) }
  }
}
