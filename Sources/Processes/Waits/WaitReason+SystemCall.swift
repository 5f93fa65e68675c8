import ProfileModel

extension WaitReason {
  /// What a system call waits for, by its name and, for calls on a descriptor, what that is open on; nil where the name
  /// does not tell.
  package init?(systemCall name: String, object: WaitObject? = nil) {
    switch name {
    case "futex", "futex_wait", "futex_waitv", "futex_time64": self = .futex
    case "nanosleep", "clock_nanosleep", "clock_nanosleep_time64": self = .sleep
    case "poll", "ppoll", "select", "pselect6", "ppoll_time64": self = .poll
    case "epoll_wait", "epoll_pwait", "epoll_pwait2", "epoll_wait_old": self = .epoll
    case "accept", "accept4": self = .accept
    case "connect": self = .connect
    case "recvfrom", "recvmsg", "recvmmsg", "sendto", "sendmsg", "sendmmsg", "shutdown": self = .socket
    case "read", "readv", "pread64", "preadv", "preadv2", "write", "writev", "pwrite64", "pwritev", "pwritev2",
      "sendfile", "splice", "tee", "vmsplice", "copy_file_range", "close", "ioctl":
      guard let reason = object?.reason else { return nil }
      self = reason
    case "open", "openat", "openat2", "fsync", "fdatasync", "sync", "syncfs", "sync_file_range", "msync", "fallocate",
      "ftruncate", "truncate", "rename", "renameat", "renameat2", "unlink", "unlinkat", "newfstatat", "statx",
      "getdents64", "mkdir", "mkdirat", "execve", "execveat":
      self = .file
    case "wait4", "waitid", "vfork": self = .child
    case "rt_sigtimedwait", "rt_sigsuspend", "pause", "rt_sigtimedwait_time64": self = .signal
    case "flock", "fcntl": self = .fileLock
    case "semop", "semtimedop", "msgsnd", "msgrcv", "mq_timedsend", "mq_timedreceive": self = .message
    case "io_uring_enter", "io_getevents", "io_pgetevents": self = .ioRing
    case "sched_yield": self = .yielded
    default: return nil
    }
  }
}

/// What a descriptor is open on, as `/proc/PID/fd/N` names it (proc_pid_fd(5)).
package struct WaitObject: Hashable, Sendable {
  /// `pipe:[123]`, `socket:[123]`, `anon_inode:[eventfd]`, or a path.
  package var name: String

  /// An object of this name.
  package init(name: String) { self.name = name }

  /// What reading from it or writing to it waits for.
  package var reason: WaitReason {
    if name.hasPrefix("pipe:") { return .pipe }
    if name.hasPrefix("socket:") { return .socket }
    if name.hasPrefix("anon_inode:") {
      if name.contains("timerfd") { return .timer }
      if name.contains("signalfd") { return .signal }
      if name.contains("io_uring") { return .ioRing }
      return .events
    }
    if name.hasPrefix("/dev/pts/") || name.hasPrefix("/dev/tty") || name == "/dev/console" || name == "/dev/ptmx" {
      return .terminal
    }
    return .file
  }
}
