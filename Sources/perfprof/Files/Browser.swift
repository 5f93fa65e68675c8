import Glibc

/// The user's browser.
enum Browser {
  /// Opens a file in it, where there is a desktop and who calls is whose desktop it is; false where not.
  ///
  /// `$BROWSER` is asked first, then `xdg-open`. Neither is waited for.
  static func open(_ path: String) -> Bool {
    let asked = variable("BROWSER")
    guard variable("SUDO_UID") == nil, asked != nil || variable("DISPLAY") != nil || variable("WAYLAND_DISPLAY") != nil
    else { return false }
    return spawn([asked ?? "xdg-open", path])
  }

  private static func variable(_ name: String) -> String? {
    // SAFETY: the name is a Swift string, which the bridge terminates for the call; the value is copied at once.
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// Starts a program with its streams closed off from perfprof's.
  private static func spawn(_ arguments: [String]) -> Bool {
    // SAFETY: a plain value, which the next call initializes.
    var actions = unsafe posix_spawn_file_actions_t()
    // SAFETY: the actions are initialized here, used by this thread alone, and destroyed at the end.
    guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { return false }
    // SAFETY: they were initialized above.
    defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
    for descriptor in STDIN_FILENO...STDERR_FILENO {
      // SAFETY: as above; the path is a literal that is copied.
      unsafe _ = posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    // SAFETY: strdup copies the texts; the list ends with nil and both live until they are freed below.
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    // SAFETY: each was made by strdup, and is freed once.
    defer { unsafe words.forEach { unsafe free($0) } }
    var child: pid_t = 0
    // SAFETY: the list is terminated and its strings live during the call; the environment is the process's own.
    return unsafe posix_spawnp(&child, words[0] ?? strdup(""), &actions, nil, &words, environ) == 0
  }
}
