/// What was seen of a thread beside its stack, when all threads of a process were looked at once.
package struct ObservedThread: Hashable, Sendable {
  /// What it did.
  package enum State: Hashable, Sendable {
    /// It ran, or could have; it was stopped for an instant to be read.
    case running
    /// It waited for this, and was not touched.
    case waiting(WaitReason)
    /// Its stack could not be read.
    case unread(Obstacle)
  }

  /// Why a thread's stack could not be read.
  package enum Obstacle: Hashable, Sendable {
    /// It ran or was to run, and did not stop while one waited for it.
    case didNotStop
    /// Another program traces it, so that it can't be stopped.
    case traced(by: Int32)
    /// This user may not stop it.
    case notPermitted
  }

  /// Its process.
  package var pid: Int32
  /// The thread.
  package var tid: Int32
  /// What it did.
  package var state: State
  /// The system call that it waits in, where it is in one that is known; `read`, `futex`.
  package var call: String?
  /// The descriptor that the call is about, and what that is open on.
  package var descriptor: (number: Int32, object: String?)? {
    get { descriptorNumber.map { ($0, descriptorObject) } }
    set { (descriptorNumber, descriptorObject) = (newValue?.number, newValue?.object) }
  }
  private var descriptorNumber: Int32?
  private var descriptorObject: String?
  /// The kernel's functions that it waits in, leaf first; empty where they may not be seen.
  package var kernelStack: [String] = []

  /// A thread in a state.
  package init(pid: Int32, tid: Int32, state: State) {
    self.pid = pid
    self.tid = tid
    self.state = state
  }
}
