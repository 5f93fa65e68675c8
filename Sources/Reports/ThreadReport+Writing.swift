import ProfileModel
import TextWriting
import Wording

extension ThreadReport {
  /// The report for a terminal: a block for each thread, leaf first.
  package func text() -> String {
    let noun = rows.count == 1 ? "thread" : "threads"
    var text = "process \(pid) \(processName.escapedForTerminal): \(rows.count.grouped) \(noun)"
    let running = rows.filter { $0.observed.state == .running }.count
    text += ", \(running.grouped) running; looked at in \((seconds * 1e3).fixed(1)) ms"
    if let longestPause { text += ", none held for longer than \((longestPause * 1e3).fixed(2)) ms" }
    text += "\n"
    for row in rows {
      text += "\nthread \(row.observed.tid)"
      if !row.name.isEmpty { text += " \(row.name.escapedForTerminal)" }
      text += ": \(row.observed.sentence)\n"
      for (index, frame) in row.frames.enumerated() {
        text += "  #\(index)\(index < 10 ? " " : "") \(frame.name.escapedForTerminal)"
        if let file = frame.file {
          text += " at \(file.escapedForTerminal)\(frame.line > 0 ? ":\(frame.line)" : "")"
        }
        if let module = frame.module { text += " (\(module.escapedForTerminal))" }
        if frame.kind == .inlined { text += " [inlined]" }
        text += "\n"
      }
      if let truncation = row.truncation { text += "  [truncated: \(truncation.escapedForTerminal)]\n" }
    }
    if hasSwiftTasks {
      text +=
        "\nSwift tasks that are suspended are not listed: they are on no thread, and nothing tells where they are\n"
    }
    return text
  }

  /// The report as JSON.
  package func json() -> [UInt8] {
    var json = JSONWriter(indentation: 2)
    json.object { json in
      json.key("process")
      json.object { json in
        json.member("pid", pid)
        json.member("name", processName)
      }
      json.member("milliseconds", seconds * 1e3)
      json.key("longestPauseMilliseconds")
      if let longestPause { json.value(longestPause * 1e3) } else { json.value(nil) }
      json.key("threads")
      json.array { json in
        for row in rows { json.object { write(row, to: &$0) } }
      }
      // Nothing tells of them; null and not empty, since there may be some.
      json.member("suspendedTasks", nil)
    }
    json.endLine()
    return json.bytes
  }

  private func write(_ row: Row, to json: inout JSONWriter) {
    json.member("tid", row.observed.tid)
    json.member("name", row.name)
    json.member("state", row.observed.stateName)
    if case .unread = row.observed.state { json.member("reason", row.observed.sentence) }
    json.key("waitsFor")
    if case .waiting(let reason) = row.observed.state {
      json.object { json in
        json.member("kind", reason.rawValue)
        json.member("call", row.observed.call)
        json.member("descriptor", row.observed.descriptor?.number)
        json.member("object", row.observed.descriptor?.object)
        json.member("kernelStack", row.observed.kernelStack)
      }
    } else {
      json.value(nil)
    }
    json.key("stack")
    json.object { json in
      if case .unread = row.observed.state {
        json.member("rooted", false)
      } else {
        json.member("rooted", row.truncation == nil && !row.frames.isEmpty)
      }
      json.member("truncated", row.truncation)
      json.key("frames")
      json.array { json in
        for frame in row.frames {
          json.object { json in
            json.member("name", frame.name)
            json.member("module", frame.module)
            json.member("file", frame.file)
            json.key("line")
            if frame.line > 0 { json.value(frame.line) } else { json.value(nil) }
            json.member("inlined", frame.kind == .inlined)
          }
        }
      }
    }
  }
}

extension ObservedThread {
  /// The state's name in JSON.
  fileprivate var stateName: String {
    switch state {
    case .running: "running"
    case .waiting(.stopped): "stopped"
    case .waiting(let reason): reason.isRunnable ? "runnable" : "waiting"
    case .unread: "unknown"
    }
  }

  /// What it did, in words.
  fileprivate var sentence: String {
    switch state {
    case .running: return "running"
    case .unread(.didNotStop): return "running or about to run; it did not stop to be read"
    case .unread(.traced(let tracer)):
      return "running; process \(tracer) traces it, so that it can't be read"
    case .unread(.notPermitted): return "running; it may not be stopped to be read"
    case .waiting(let reason):
      var text = "waits"
      switch reason {
      case .stopped: text = "stopped"
      case .unknown: break
      case .other: text += kernelStack.first.map { " in the kernel's \($0)" } ?? " in the kernel"
      case .preempted, .yielded, .runnable: text = "ready to run"
      default: text += " for \(reason.object)"
      }
      if let call {
        text += ", in \(call)"
        if let descriptor { text += " of descriptor \(descriptor.number)" }
        if let object = descriptor?.object { text += ", \(object)" }
      }
      return text
    }
  }
}

extension WaitReason {
  /// What is waited for, as in "waits for a pipe".
  fileprivate var object: String {
    switch self {
    case .futex: "a lock, a condition or a thread (futex)"
    case .sleep: "a time to pass"
    case .poll: "descriptors (poll)"
    case .epoll: "events (epoll)"
    case .socket: "a socket"
    case .accept: "a connection to accept"
    case .connect: "its connection to be accepted"
    case .pipe: "a pipe"
    case .terminal: "a terminal"
    case .file: "a file or its disk"
    case .events: "an event descriptor"
    case .timer: "a timer"
    case .signal: "a signal"
    case .child: "a child process"
    case .lock: "a lock of its own"
    case .fileLock: "the lock of a file"
    case .message: "a message or semaphore"
    case .ioRing: "completions of I/O"
    case .pageFault: "memory to be read in (page fault)"
    case .kernelLock: "a lock of the kernel"
    case .stopped, .preempted, .yielded, .runnable, .other, .unknown: rawValue
    }
  }
}
