import ProfileModel

/// A stack of a test profile: frames root first, each `name` or `module!name`, and its weight.
typealias TestStack = (frames: [String], weight: Int64)

extension Profile {
  /// A profile of one process and thread; frames named `[truncated: …]` stand for missing roots.
  static func of(_ stacks: [TestStack]) -> Profile {
    var builder = ProfileBuilder()
    let process = builder.add(ProcessRecord(pid: 10, name: "app"))
    let thread = builder.add(ThreadRecord(process: process, tid: 10, name: "app"))
    for stack in stacks {
      let frames = stack.frames.map { text in
        let parts = text.split(separator: "!", maxSplits: 1).map(String.init)
        let module = parts.count == 2 ? builder.intern(Module(path: "/lib/" + parts[0])) : nil
        let name = parts[parts.count - 1]
        let function = Function(name: name, module: module, isSymbolized: !name.contains("+0x"))
        let kind: FrameKind = name.hasPrefix("[truncated: ") ? .truncated : .user
        return builder.intern(Frame(function: builder.intern(function), kind: kind))
      }
      let id = builder.intern(stack: frames)
      builder.profile.samples.append(Sample(time: 0, thread: thread, stack: id, weight: stack.weight))
    }
    builder.profile.metadata.isRecorded = true
    return builder.profile
  }
}
