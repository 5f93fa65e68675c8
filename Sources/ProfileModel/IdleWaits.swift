/// Tells waits of threads that have nothing to do from those of threads that are kept from their work: an event loop that
/// waits for events, a thread of a pool that waits for work.
///
/// Known functions decide, and two shapes that can hardly be anything else: an event loop right below a thread's first
/// functions, and a first function that waits for a condition itself. What is in doubt is blocking: hiding a wait that
/// somebody looks for is worse than showing one more.
enum IdleWaits {
  /// Calls `body` with each stack that ends in a wait: for what, its functions without arguments, leaf first, and whether it
  /// has its root.
  static func forEachWait(in profile: Profile, _ body: (StackID, WaitReason, [Substring], Bool) -> Void) {
    let stacks = profile.stacks
    var leaves: [UInt32: WaitReason] = [:]
    let reasons = Dictionary(uniqueKeysWithValues: WaitReason.allCases.map { ($0.frameName, $0) })
    for (index, frame) in profile.frames.enumerated() where frame.kind == .kernel {
      if let reason = reasons[profile.functions[frame.function.index].name], !reason.isRunnable {
        leaves[UInt32(truncatingIfNeeded: index)] = reason
      }
    }
    guard !leaves.isEmpty else { return }
    let names = profile.functions.map { plain($0.name) }
    var path: [Substring] = []
    for node in 0..<stacks.count {
      guard let reason = leaves[stacks.frames[node]] else { continue }
      path.removeAll(keepingCapacity: true)
      var isRooted = true
      var at = stacks.parent(of: StackID(index: node))
      while let stack = at {
        let frame = profile.frames[Int(stacks.frame(of: stack))]
        if frame.kind == .truncated { isRooted = false }
        if frame.kind == .user || frame.kind == .inlined || frame.kind == .jit {
          path.append(names[frame.function.index])
        }
        at = stacks.parent(of: stack)
      }
      body(StackID(index: node), reason, path, isRooted)
    }
  }

  /// The name without arguments.
  private static func plain(_ name: String) -> Substring { name.prefix { $0 != "(" && $0 != "<" } }

  /// Whether a wait below these functions, leaf first, is one for work.
  static func isIdle(_ path: [Substring], _ reason: WaitReason, isRooted: Bool) -> Bool {
    switch reason {
    case .epoll, .poll, .accept, .ioRing, .futex, .sleep, .timer, .events, .signal, .socket, .message, .kernelLock,
      .child:
      break
    default: return false
    }
    if path.contains(where: { waiters.contains($0) }) {
      return !path.contains(where: { workers.contains($0) })
    }
    guard isRooted else { return false }
    // The program's own functions between the C library's wait and a thread's first one.
    let wait = path.prefix { waits.contains($0) || $0.hasPrefix("__") || $0.hasPrefix("___") }
    let rest = path.dropFirst(wait.count)
    guard let first = rest.firstIndex(where: { starts.contains($0) }) else { return false }
    let own = rest[rest.startIndex..<first]
    switch reason {
    case .epoll: return own.count <= 3
    case .accept: return own.count <= 2
    case .futex: return own.count == 1 && wait.contains(where: { conditionWaits.contains($0) })
    default: return false
    }
  }

  /// Whether a wait below these functions is one for a lock that the program makes of something else.
  static func isForLock(_ path: [Substring], _ reason: WaitReason) -> Bool {
    switch reason {
    case .epoll, .poll, .sleep, .timer, .events, .socket, .pipe, .signal, .message:
      path.contains(where: { locks.contains($0) })
    default: false
    }
  }

  /// Functions that wait for such a lock and for nothing else.
  private static let locks: Set<Substring> = [
    // PostgreSQL's locks of rows, tables and transactions, and those of its shared memory
    "ProcSleep", "LWLockAcquire", "LWLockAcquireOrWait", "LWLockWaitForVar", "ConditionVariableSleep",
    // SQLite, which tries again and again
    "btreeInvokeBusyHandler", "sqliteDefaultBusyCallback", "sqlite3InvokeBusyHandler",
    // InnoDB, MySQL, Berkeley DB
    "lock_wait_suspend_thread", "MDL_wait::timed_wait", "__lock_get_internal",
  ]

  /// First functions of threads.
  private static let starts: Set<Substring> = ["start_thread", "start", "main", "_start", "clone", "clone3", "__clone"]
  /// What of the C library waits.
  private static let waits: Set<Substring> = [
    "epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select", "pselect", "accept", "accept4", "syscall",
    "pthread_cond_wait", "pthread_cond_timedwait", "pthread_cond_clockwait", "sem_wait", "sem_timedwait",
    "___pthread_cond_wait", "___pthread_cond_timedwait64", "___pthread_cond_clockwait64",
    "std::condition_variable::wait",
  ]
  private static let conditionWaits: Set<Substring> = [
    "pthread_cond_wait", "pthread_cond_timedwait", "pthread_cond_clockwait", "___pthread_cond_wait",
    "___pthread_cond_timedwait64", "___pthread_cond_clockwait64", "std::condition_variable::wait", "sem_wait",
    "__new_sem_wait", "__pthread_cond_wait", "__pthread_cond_wait_common",
  ]

  /// Functions of event loops, runtimes and servers that wait for work and for nothing else.
  private static let waiters: Set<Substring> = [
    // libuv, libevent, libev, GLib, Redis, nginx, Apache, HAProxy
    "uv__io_poll", "epoll_dispatch", "poll_dispatch", "epoll_poll", "g_main_context_iterate", "aeApiPoll",
    "g_main_context_iterate_unlocked", "ngx_epoll_process_events", "ngx_poll_process_events", "ngx_thread_pool_cycle",
    "ap_queue_pop_info", "apr_pollset_poll", "ap_queue_pop_something", "_do_poll", "impl_pollset_poll",
    "ap_wait_or_timeout",
    // systemd
    "sd_event_wait", "event_epoll_wait",
    // PostgreSQL: for its client, for connections; background processes between two rounds
    "ReadCommand", "SocketBackend", "secure_read", "ServerLoop", "pgarch_MainLoop", "CheckpointerMain",
    "BackgroundWriterMain",
    "WalWriterMain", "AutoVacLauncherMain", "ApplyLauncherMain", "SysLoggerMain",
    // MySQL, MariaDB
    "Per_thread_connection_handler::block_until_new_connection", "vio_socket_io_wait", "vio_io_wait",
    "Mysqld_socket_listener::listen_for_connection_event", "io_handler_thread", "os_aio_linux_handler",
    "os_aio_handler",
    // Go
    "runtime.netpoll", "runtime.stopm", "runtime.mPark", "runtime.sysmon", "runtime.gcstopm", "runtime.stoplockedm",
    "runtime.templateThread", "os/signal.signal_recv",
    // Java
    "EPollWait", "Java_sun_nio_ch_EPoll_wait", "java.util.concurrent.ThreadPoolExecutor.getTask",
    "java.util.concurrent.ForkJoinPool.awaitWork", "WatcherThread::sleep", "VMThread::loop", "GangWorker::loop",
    "WorkerThread::run", "CompileQueue::get", "Monitor::wait_for_service",
    // Rust: Tokio, mio, rayon
    "mio::poll::Poll::poll", "tokio::runtime::park::Inner::park", "rayon_core::sleep::Sleep::sleep",
    "tokio::runtime::blocking::pool::Inner::run", "rayon_core::registry::WorkerThread::wait_until_cold",
    "tokio::runtime::scheduler::multi_thread::worker::Context::park_timeout",
    // Swift and libdispatch; SwiftNIO
    "_dispatch_worker_thread", "_dispatch_mgr_thread", "_dispatch_mgr_invoke", "_dispatch_event_loop_drain",
    "Selector.whenReady", "Selector.whenReady0", "_dispatch_sigsuspend", "swift_task_asyncMainDrainQueue",
    // C++
    "boost::asio::detail::epoll_reactor::run", "boost::asio::detail::scheduler::do_run_one",
    "folly::EventBase::loopBody",
    "grpc_core::Executor::ThreadMain",
    // Node.js, V8, .NET
    "node::WorkerThreadsTaskRunner::DelayedTaskScheduler::Run", "node::TaskQueue",
    "ThreadPoolMgr::WorkerThreadStart", "uv__threadpool_worker", "node::PlatformWorkerThread",
  ]
  /// What runs below some of those and does work.
  private static let workers: Set<Substring> = [
    "_dispatch_call_block_and_release", "_dispatch_client_callout", "_dispatch_client_callout2", "swift_job_run",
    "exec_simple_query", "PortalRun", "ProcSleep", "runtime.goexit", "_dispatch_lane_invoke",
  ]
}
