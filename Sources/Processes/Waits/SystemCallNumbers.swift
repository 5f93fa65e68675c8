import ProfileModel

/// System calls that wait, by their numbers.
package enum SystemCallNumbers {
  /// The name of a call of a 64-bit program; nil for one that isn't known to wait.
  package static func name(of number: Int64, _ architecture: Architecture = .host) -> String? {
    switch architecture {
    case .x86_64: x86_64[number]
    case .aarch64: aarch64[number]
    // Whose numbers differ, and can't be told from the others.
    case .i386: nil
    }
  }

  /// Whether the first argument of the call is a descriptor.
  package static func takesDescriptor(_ name: String) -> Bool { withDescriptor.contains(name) }

  private static let withDescriptor: Set<String> = [
    "read", "readv", "pread64", "preadv", "preadv2", "write", "writev", "pwrite64", "pwritev", "pwritev2", "ioctl",
    "recvfrom", "recvmsg", "recvmmsg", "sendto", "sendmsg", "sendmmsg", "accept", "accept4", "connect", "shutdown",
    "epoll_wait", "epoll_pwait", "epoll_pwait2", "fsync", "fdatasync", "syncfs", "sync_file_range", "fallocate",
    "ftruncate", "flock", "fcntl", "close", "getdents64", "splice", "tee", "vmsplice", "io_uring_enter",
    "mq_timedsend", "mq_timedreceive",
  ]

  /// arch/x86/entry/syscalls/syscall_64.tbl.
  private static let x86_64: [Int64: String] = [
    0: "read", 1: "write", 2: "open", 3: "close", 7: "poll", 16: "ioctl", 17: "pread64", 18: "pwrite64", 19: "readv",
    20: "writev", 23: "select", 24: "sched_yield", 26: "msync", 34: "pause", 35: "nanosleep", 40: "sendfile",
    42: "connect", 43: "accept", 44: "sendto", 45: "recvfrom", 46: "sendmsg", 47: "recvmsg", 48: "shutdown",
    58: "vfork", 59: "execve", 61: "wait4", 65: "semop", 69: "msgsnd", 70: "msgrcv", 72: "fcntl", 73: "flock",
    74: "fsync", 75: "fdatasync", 76: "truncate", 77: "ftruncate", 82: "rename", 83: "mkdir", 87: "unlink",
    128: "rt_sigtimedwait", 130: "rt_sigsuspend", 162: "sync", 202: "futex", 208: "io_getevents", 217: "getdents64",
    220: "semtimedop", 230: "clock_nanosleep", 232: "epoll_wait", 242: "mq_timedsend", 243: "mq_timedreceive",
    247: "waitid", 257: "openat", 258: "mkdirat", 262: "newfstatat", 263: "unlinkat", 264: "renameat",
    270: "pselect6", 271: "ppoll", 275: "splice", 276: "tee", 277: "sync_file_range", 278: "vmsplice",
    281: "epoll_pwait", 285: "fallocate", 288: "accept4", 295: "preadv", 296: "pwritev", 299: "recvmmsg",
    306: "syncfs", 307: "sendmmsg", 316: "renameat2", 322: "execveat", 326: "copy_file_range", 327: "preadv2",
    328: "pwritev2", 332: "statx", 333: "io_pgetevents", 426: "io_uring_enter", 437: "openat2", 441: "epoll_pwait2",
    449: "futex_waitv", 455: "futex_wait",
  ]

  /// include/uapi/asm-generic/unistd.h.
  private static let aarch64: [Int64: String] = [
    4: "io_getevents", 22: "epoll_pwait", 25: "fcntl", 29: "ioctl", 32: "flock", 34: "mkdirat", 35: "unlinkat",
    38: "renameat", 45: "truncate", 46: "ftruncate", 47: "fallocate", 56: "openat", 57: "close", 61: "getdents64",
    63: "read", 64: "write", 65: "readv", 66: "writev", 67: "pread64", 68: "pwrite64", 69: "preadv", 70: "pwritev",
    71: "sendfile", 72: "pselect6", 73: "ppoll", 75: "vmsplice", 76: "splice", 77: "tee", 79: "newfstatat", 81: "sync",
    82: "fsync", 83: "fdatasync", 84: "sync_file_range", 95: "waitid", 98: "futex", 101: "nanosleep",
    115: "clock_nanosleep", 124: "sched_yield", 133: "rt_sigsuspend", 137: "rt_sigtimedwait", 182: "mq_timedsend",
    183: "mq_timedreceive", 188: "msgrcv", 189: "msgsnd", 192: "semtimedop", 193: "semop", 202: "accept",
    203: "connect", 206: "sendto", 207: "recvfrom", 210: "shutdown", 211: "sendmsg", 212: "recvmsg", 221: "execve",
    227: "msync", 242: "accept4", 243: "recvmmsg", 260: "wait4", 267: "syncfs", 269: "sendmmsg", 276: "renameat2",
    281: "execveat", 285: "copy_file_range", 286: "preadv2", 287: "pwritev2", 291: "statx", 292: "io_pgetevents",
    426: "io_uring_enter", 437: "openat2", 441: "epoll_pwait2", 449: "futex_waitv", 455: "futex_wait",
  ]
}
