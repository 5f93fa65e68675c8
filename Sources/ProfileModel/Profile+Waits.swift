extension Profile {
  /// Names what waits are for where only the functions above the system call tell, and makes what of the value type `off-cpu`
  /// is a wait for work the value type `idle`, where there are both.
  package mutating func explainWaits() {
    var (locks, idle): ([StackID], Set<StackID>) = ([], [])
    IdleWaits.forEachWait(in: self) { stack, reason, path, isRooted in
      if IdleWaits.isForLock(path, reason) {
        locks.append(stack)
      } else if IdleWaits.isIdle(path, reason, isRooted: isRooted) {
        idle.insert(stack)
      }
    }
    nameLockWaits(locks)
    separateIdleWaits(idle)
  }

  /// Waits for a lock that the program makes of something else end in that.
  private mutating func nameLockWaits(_ found: [StackID]) {
    guard let first = found.first else { return }
    // As the frames that stand for other reasons are.
    var frame = frames[Int(stacks.frame(of: first))]
    var function = functions[frame.function.index]
    function.name = WaitReason.lock.frameName
    (function.fullName, function.linkageName) = (nil, nil)
    frame.function = FunctionID(index: functions.count)
    functions.append(function)
    frames.append(frame)
    var moved: [StackID: StackID] = [:]
    let lock = UInt32(frames.count - 1)
    let places = Set(found)
    // Whoever ended a wait stands behind it, and goes along.
    for node in 0..<stacks.count {
      let stack = StackID(index: node)
      let parent = stacks.parent(of: stack)
      if places.contains(stack) {
        moved[stack] = stacks.intern(parent: parent, frame: lock)
      } else if let parent, let other = moved[parent] {
        moved[stack] = stacks.intern(parent: other, frame: stacks.frame(of: stack))
      }
    }
    for index in samples.indices {
      if let stack = samples[index].stack, let other = moved[stack] { samples[index].stack = other }
    }
  }

  private mutating func separateIdleWaits(_ found: Set<StackID>) {
    guard !found.isEmpty, let blocked = valueType(named: "off-cpu"), let idle = valueType(named: "idle") else { return }
    // With those that go on with whoever ended the wait.
    var areIdle = [Bool](repeating: false, count: stacks.count)
    for node in areIdle.indices {
      let stack = StackID(index: node)
      areIdle[node] = found.contains(stack) || stacks.parent(of: stack).map { areIdle[$0.index] } ?? false
    }
    for index in samples.indices where samples[index].value == blocked {
      if let stack = samples[index].stack, areIdle[stack.index] { samples[index].value = idle }
    }
  }
}
