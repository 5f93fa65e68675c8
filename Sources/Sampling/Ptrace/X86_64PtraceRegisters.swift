import BinaryReading

/// x86-64 registers as PTRACE_GETREGSET gives them (`struct user_regs_struct`, sys/user.h).
enum X86_64PtraceRegisters {
  /// Bytes of the set for a 64-bit task.
  static let byteCount = 27 * 8

  /// DWARF number of the register at each position; 255 for those that have none here.
  ///
  /// r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp, then segments.
  static let dwarfNumbers: InlineArray<20, UInt8> = [
    15, 14, 13, 12, 6, 3, 11, 10, 9, 8, 0, 2, 1, 4, 5, 255, 16, 255, 255, 7,
  ]

  private static let resultOffset = 10 * 8
  private static let numberOffset = 15 * 8

  /// The system call that ends: its number is in `orig_rax`, which is negative outside of calls.
  static func systemCall(in set: RawSpan) -> SystemCall? {
    guard let number: UInt64 = try? set.load(at: numberOffset), let result: UInt64 = try? set.load(at: resultOffset)
    else { return nil }
    let call = Int64(bitPattern: number)
    guard call >= 0 else { return nil }
    return SystemCall(
      number: call, result: Int64(bitPattern: result), resultPlace: UInt(resultOffset),
      canBeginAgain: restartable.contains(call))
  }

  /// Calls that wait, and fail with EINTR only when nothing has been done (arch/x86/entry/syscalls/syscall_64.tbl).
  ///
  /// Not `close`, whose descriptor is gone even so, and what else is not known to be safe.
  private static let restartable: Set<Int64> = [
    0, 1, 19, 20,  // read write readv writev
    23, 270, 7, 271,  // select pselect6 poll ppoll
    34, 35, 230,  // pause nanosleep clock_nanosleep
    42, 43, 288,  // connect accept accept4
    44, 45, 46, 47, 299, 307,  // sendto recvfrom sendmsg recvmsg recvmmsg sendmmsg
    61, 247,  // wait4 waitid
    65, 220, 69, 70,  // semop semtimedop msgsnd msgrcv
    72, 73,  // fcntl flock
    128, 130,  // rt_sigtimedwait rt_sigsuspend
    202,  // futex
    208, 333, 426,  // io_getevents io_pgetevents io_uring_enter
    215, 232, 281, 441,  // epoll_wait_old epoll_wait epoll_pwait epoll_pwait2
    242, 243,  // mq_timedsend mq_timedreceive
  ]
}
