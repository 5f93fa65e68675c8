import Glibc
import Processes
import ProfileModel

extension ObservedThread {
  /// A thread that waits, as its line in `syscall` and its kernel stack tell; the latter needs more rights.
  init(pid: Int32, tid: Int32, waitingIn line: [UInt8]) {
    self.init(pid: pid, tid: tid, state: .waiting(.unknown))
    kernelStack = Self.kernelStack(pid: pid, tid: tid)
    var object: WaitObject?
    if let blocked = BlockedCall(line), let name = SystemCallNumbers.name(of: blocked.number) {
      call = name
      if SystemCallNumbers.takesDescriptor(name), let number = Int32(exactly: Int64(bitPattern: blocked.firstArgument))
      {
        object = WaitObject(pid: pid, descriptor: number)
        descriptor = (number, object?.name)
      }
    }
    let reason =
      WaitReason(kernelStack: kernelStack).flatMap { $0 == .other ? nil : $0 }
      ?? call.flatMap { WaitReason(systemCall: $0, object: object) }
    state = .waiting(reason ?? (kernelStack.isEmpty ? .unknown : .other))
  }

  /// The kernel's functions that a thread is in, leaf first; none where they may not be seen.
  ///
  ///     [<0>] futex_do_wait+0x38/0x70
  private static func kernelStack(pid: Int32, tid: Int32) -> [String] {
    guard let text = try? ProcFile.read("/proc/\(pid)/task/\(tid)/stack", limit: 1 << 14) else { return [] }
    return text.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { return nil }
      let name = line[(space + 1)...].prefix { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: " ") }
      return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }
  }
}

extension WaitObject {
  /// What a process's descriptor is open on; nil where that can't be told.
  init?(pid: Int32, descriptor: Int32) {
    let name: String? = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4_096) { buffer in
      // SAFETY: at most the buffer's bytes are written, and only those written are read.
      guard let base = buffer.baseAddress else { return nil }
      let count = unsafe readlink("/proc/\(pid)/fd/\(descriptor)", base, buffer.count)
      guard count > 0, count < 4_096 else { return nil }
      return unsafe String(decoding: UnsafeRawBufferPointer(start: base, count: count), as: UTF8.self)
    }
    guard let name else { return nil }
    self.init(name: name)
  }
}
