import Testing

@testable import ProfileModel

@Suite struct IdleWaitsTests {
  @Test(
    "Who has nothing to do and who is kept from work",
    arguments: [
      // An event loop, and a server's own below another name.
      ("epoll_wait ngx_epoll_process_events ngx_process_events_and_timers main", .epoll, true),
      ("epoll_wait run_loop main", .epoll, true),
      // A server that waits in its event loop's function for a lock, and for its client.
      (
        "epoll_wait WaitEventSetWait WaitLatch ProcSleep LockAcquireExtended PortalRun exec_simple_query PostgresMain main",
        .epoll, false
      ),
      ("epoll_wait WaitEventSetWait secure_read pq_recvbuf SocketBackend ReadCommand PostgresMain main", .epoll, true),
      // A pool's thread and a thread that waits in the middle of its work.
      ("__futex_abstimed_wait_common ___pthread_cond_wait worker start_thread clone3", .futex, true),
      ("__futex_abstimed_wait_common ___pthread_cond_wait take handle worker start_thread clone3", .futex, false),
      ("__lll_lock_wait ___pthread_mutex_lock worker start_thread clone3", .futex, false),
      ("clock_nanosleep worker start_thread clone3", .sleep, false),
      ("__libc_read worker start_thread clone3", .pipe, false),
      ("poll query main", .poll, false),
    ] as [(String, WaitReason, Bool)])
  func tells(path: String, reason: WaitReason, expected: Bool) {
    #expect(IdleWaits.isIdle(path.split(separator: " "), reason, isRooted: true) == expected)
  }

  /// A thread that waited for five nanoseconds below functions, root first, and its stack without the reason.
  private func waiting(below names: String, for reason: WaitReason) -> (profile: Profile, above: StackID?) {
    var builder = ProfileBuilder()
    func frame(_ name: String, _ kind: FrameKind = .user) -> FrameID {
      builder.intern(Frame(function: builder.intern(Function(name: name)), kind: kind))
    }
    var above: StackID?
    for name in names.split(separator: " ") {
      above = builder.profile.stacks.intern(parent: above, frame: frame(String(name)).rawValue)
    }
    let stack = builder.profile.stacks.intern(parent: above, frame: frame(reason.frameName, .kernel).rawValue)
    var profile = builder.profile
    profile.valueTypes = ["off-cpu", "runnable", "idle"].map { ValueType(name: $0, unit: .nanoseconds) }
    profile.processes = [ProcessRecord(pid: 1, name: "a")]
    profile.threads = [ThreadRecord(process: ProcessID(index: 0), tid: 1, name: "a")]
    profile.samples = [Sample(time: 0, thread: ThreadID(index: 0), stack: stack, weight: 5)]
    return (profile, above)
  }

  @Test("Idle waits become a value type of their own")
  func separates() {
    var profile = waiting(below: "main uv_run uv__io_poll epoll_pwait", for: .epoll).profile
    profile.explainWaits()
    #expect(profile.valueTotals == [0, 0, 5])
  }

  @Test(
    "A lock that a program makes of something else is what it waits for",
    arguments: [
      ("PostgresMain PortalRun LockAcquireExtended ProcSleep WaitLatch epoll_wait", WaitReason.epoll, "[waits: lock]"),
      ("main sqlite3_step sqlite3BtreeBeginTrans btreeInvokeBusyHandler unixSleep usleep", .sleep, "[waits: lock]"),
      ("PostgresMain PortalRun secure_write WaitLatch epoll_wait", .epoll, "[waits: epoll]"),
      ("main LWLockAcquire PGSemaphoreLock do_futex_wait", .futex, "[waits: futex]"),
    ] as [(String, WaitReason, String)])
  func namesLocks(path: String, reason: WaitReason, expected: String) {
    var (profile, above) = waiting(below: path, for: reason)
    profile.explainWaits()
    #expect(profile.valueTotals == [5, 0, 0])
    let leaf = profile.samples[0].stack
    let frameOfLeaf = leaf.map { profile.frames[Int(profile.stacks.frame(of: $0))] }
    #expect(frameOfLeaf.map { profile.functions[$0.function.index].name } == expected)
    #expect(frameOfLeaf?.kind == .kernel)
    #expect(leaf.flatMap { profile.stacks.parent(of: $0) } == above)
  }

  @Test(
    "Whoever ends a wait changes nothing of what it was",
    arguments: [
      ("main uv_run uv__io_poll epoll_pwait", WaitReason.epoll, [0, 0, 5], "[waits: epoll]"),
      ("PostgresMain PortalRun ProcSleep WaitLatch epoll_wait", .epoll, [5, 0, 0], "[waits: lock]"),
    ] as [(String, WaitReason, [Int64], String)])
  func seesThroughWakers(path: String, reason: WaitReason, totals: [Int64], expected: String) {
    var (profile, _) = waiting(below: path, for: reason)
    // The waker's stack, with functions that decide where they are the waiter's.
    for name in ["[woken by a]", "main", "uv__io_poll", "ProcSleep", "[woken by a]"] {
      let kind: FrameKind = name.hasPrefix("[") ? .kernel : .user
      profile.functions.append(Function(name: name))
      profile.frames.append(Frame(function: FunctionID(index: profile.functions.count - 1), kind: kind))
      let leaf = profile.stacks.intern(parent: profile.samples[0].stack, frame: UInt32(profile.frames.count - 1))
      profile.samples[0].stack = leaf
    }
    profile.explainWaits()
    #expect(profile.valueTotals == totals)
    let names = profile.samples[0].stack.map { profile.stacks.path(to: $0) }?.map {
      profile.functions[profile.frames[Int($0)].function.index].name
    }
    #expect(names?.suffix(6).first == expected)
    #expect(names?.suffix(5) == ["[woken by a]", "main", "uv__io_poll", "ProcSleep", "[woken by a]"])
  }
}
