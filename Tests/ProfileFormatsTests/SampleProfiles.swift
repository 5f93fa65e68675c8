import ProfileModel

/// Small profiles written as folded text, for tests.
extension Profile {
  /// A profile of one process and thread with these stacks, root first; samples a millisecond apart.
  static func of(_ stacks: [([String], Int64)], process: String = "app") -> Profile {
    var builder = ProfileBuilder()
    let id = builder.add(ProcessRecord(pid: 10, name: process))
    let thread = builder.add(ThreadRecord(process: id, tid: 10, name: process))
    let module = builder.intern(Module(path: "/usr/bin/\(process)"))
    for (index, (names, weight)) in stacks.enumerated() {
      let frames = names.map { name in
        let isMarker = name.hasPrefix("[truncated: ")
        return builder.intern(
          Frame(
            function: builder.intern(Function(name: name, module: isMarker ? nil : module)),
            kind: isMarker ? .truncated : .user))
      }
      let stack = builder.intern(stack: frames)
      builder.profile.samples.append(
        Sample(time: UInt64(index) * 1_000_000, thread: thread, stack: stack, weight: weight))
    }
    return builder.profile
  }
}
