/// The names that glibc gives its functions for its own calls, beside those that programs know.
///
///     __GI_getcwd, __GI___poll     getcwd, __poll
///     __libc_malloc                malloc
enum LibraryAlias {
  /// What `__libc_` stands in front of in an alias of a public function (others of that prefix, such as
  /// `__libc_start_main`, are functions of their own).
  private static let functions: Set<String> = [
    "malloc", "calloc", "realloc", "reallocarray", "free", "memalign", "valloc", "pvalloc", "mallopt", "mallinfo",
    "read", "write", "readv", "writev", "pread", "pread64", "pwrite", "pwrite64", "open", "open64", "close", "creat",
    "lseek", "lseek64", "fcntl", "fcntl64", "fsync", "msync", "tcdrain", "ioctl", "poll", "ppoll", "select", "pselect",
    "connect", "accept", "send", "sendto", "sendmsg", "recv", "recvfrom", "recvmsg", "fork", "vfork", "wait",
    "waitpid", "pause", "nanosleep", "clock_nanosleep", "sigaction", "sigsuspend", "sigwait", "sigtimedwait",
    "sigwaitinfo", "siglongjmp", "longjmp", "system", "secure_getenv",
  ]

  /// The plain name; nil for other names.
  static func plain(_ name: String) -> String? {
    var rest = Substring(name)
    if let inner = rest.removing(oneOf: ["__GI_"]), !inner.isEmpty { rest = inner }
    if let inner = rest.removing(oneOf: ["__libc_"]), functions.contains(String(inner)) { rest = inner }
    return rest.startIndex == name.startIndex ? nil : String(rest)
  }
}
