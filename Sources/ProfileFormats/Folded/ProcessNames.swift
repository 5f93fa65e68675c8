import BinaryReading
import ProfileModel

/// Whether the first name of a folded line is a process's.
public enum ProcessNames: String, Hashable, Sendable, CaseIterable {
  /// It is, as in what perfprof and the collapsers of perf's output write.
  case yes
  /// It is a function's, as in what most profilers write.
  case no
}

/// How a file showed whether its lines begin with a process's name.
struct ProcessNameEvidence: Hashable, Sendable {
  var names: ProcessNames
  /// Part of a sentence; nil where nothing showed it.
  var reason: String?

  /// A process's short name has 15 bytes at most (`TASK_COMM_LEN`).
  private static let longestName = 15

  /// What programs, threads and the kernel begin with, on whatever machine.
  private static let firstFunctions: Set<String> = [
    "_start", "start", "main", "__clone", "clone", "__clone3", "clone3", "__GI___clone", "__GI___clone3",
    "thread_start",
    "_dl_start", "_dl_start_user", "_dl_start_final", "_dl_relocate_static_pie", "ret_from_fork", "ret_from_fork_asm",
    "runtime.goexit", "runtime.goexit.abi0", "runtime.mstart", "runtime.main", "secondary_startup_64",
    "secondary_startup_64_no_verify", "start_thread", "__libc_start_main", "__libc_start_call_main",
    "__libc_start_main_impl", "__libc_start_main@@GLIBC_2.34", "entry_SYSCALL_64_after_hwframe", "entry_SYSCALL_64",
    "do_syscall_64", "x64_sys_call", "asm_exc_page_fault", "asm_sysvec_apic_timer_interrupt", "el0t_64_sync",
    "el0_sync", "[unknown]", "[unmapped]", "<module>", "<main>", "MAIN", "cpu_startup_entry", "kthread", "system_call",
    "system_call_fastpath", "start_kernel", "x86_64_start_kernel", "call_main", "thread_native_entry",
    "RtlUserThreadStart",
  ]

  /// Judges by the first lines of a file, given without comments.
  init(_ head: RawSpan, counts: Int) {
    var lines = 0
    var hasSingle = false
    var rootsBelow = 0
    var first: Set<String> = []
    var others: Set<String> = []
    var start = 0
    while start < head.byteCount, lines < 20_000 {
      let end = head.firstIndex(of: 0x0A, in: start..<head.byteCount) ?? head.byteCount
      let line = head.extracting(start..<end).trimmingCarriageReturn()
      start = end + 1
      guard !FoldedLine.isComment(line), let parsed = FoldedLine(line, counts: counts) else { continue }
      lines += 1
      var depth = 0
      var position = 0
      var isRootSecond = false
      let stack = line.extracting(0..<parsed.stackEnd)
      while position <= stack.byteCount, depth < 64 {
        let end = stack.firstIndex(of: UInt8(ascii: ";"), in: position..<stack.byteCount) ?? stack.byteCount
        let name = stack.extracting(position..<end).text()
        position = end + 1
        if depth == 0 {
          first.insert(name)
        } else {
          // A thread's name may stand between.
          if depth == 1 && Self.isRoot(name) || depth == 2 && !isRootSecond && name != "main" && Self.isRoot(name) {
            rootsBelow += 1
            isRootSecond = depth == 1
          }
          if others.count < 100_000 { others.insert(name) }
        }
        depth += 1
      }
      hasSingle = hasSingle || depth == 1
    }
    self.init(lines: lines, hasSingle: hasSingle, rootsBelow: rootsBelow, first: first.sorted(), others: others)
  }

  private init(lines: Int, hasSingle: Bool, rootsBelow: Int, first: [String], others: Set<String>) {
    func no(_ reason: String) { (self.names, self.reason) = (.no, reason) }
    (names, reason) = (.yes, nil)
    if let name = first.first(where: Self.isSurelyFunction) {
      no("\(name.prefix(60)) is a function's name")
    } else if let name = first.first(where: { $0.utf8.count > Self.longestName }) {
      no("\(name.prefix(60)) is longer than a process's name can be")
    } else if lines > 0, rootsBelow * 2 >= lines {
      reason = "what programs begin with comes second"
    } else if let name = first.first(where: { Self.isRoot($0) }) {
      no("programs begin with \(name)")
    } else if hasSingle {
      no("a line has a single name")
    } else if let name = first.first(where: others.contains) {
      no("\(name) is called by others, too")
    } else if first.allSatisfy(Self.isAustinProcess), !first.isEmpty {
      no("\(first[0]) is a number that Austin writes")
    }
  }

  private static func isRoot(_ name: String) -> Bool {
    let (text, kind) = FrameNotation.parse(name)
    return kind == .truncated || firstFunctions.contains(text)
  }

  /// Whether no process is called so: a kind of frame or arguments stand behind it, or a scope or file before it.
  private static func isSurelyFunction(_ name: String) -> Bool {
    if FrameNotation.parse(name).kind != .user { return true }
    if name.hasSuffix(")"), name.contains("(") { return !name.hasPrefix("(") }
    // Java and Kotlin: java/lang/Thread.run; C++ and Rust: a::b; DTrace and xctrace: module`function; .exe!function.
    if name.contains("::") || name.contains("`") || name.contains("!") || name.hasPrefix("<") { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let isDotted = parts.count > 1 && parts.allSatisfy { $0.first.map { $0.isLetter || $0 == "_" } ?? false }
    return isDotted
      && (parts.count > 2 || name.contains("/") && !name.hasPrefix("/") || parts[0].first?.isUppercase ?? false)
  }

  /// `P123`, which Austin writes for a process.
  private static func isAustinProcess(_ name: String) -> Bool {
    name.utf8.count > 1 && name.hasPrefix("P") && name.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
