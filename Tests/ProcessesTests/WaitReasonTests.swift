import ProfileModel
import Testing

@testable import Processes

@Suite struct WaitReasonTests {
  @Test(
    "Kernel stacks as Linux 6.18 has them",
    arguments: [
      ("__schedule schedule futex_do_wait __futex_wait futex_wait do_futex __x64_sys_futex do_syscall_64", .futex),
      ("hrtimer_nanosleep common_nsleep __x64_sys_clock_nanosleep do_syscall_64", .sleep),
      ("schedule io_schedule folio_wait_bit_common filemap_get_pages filemap_read vfs_read ksys_read", .file),
      (
        "schedule io_schedule folio_wait_bit_common filemap_fault __do_fault handle_mm_fault exc_page_fault asm_exc_page_fault",
        .pageFault
      ),
      ("schedule exit_to_user_mode_loop do_syscall_64", .preempted),
      ("schedule irqentry_exit_to_user_mode asm_sysvec_apic_timer_interrupt", .preempted),
      (
        "preempt_schedule_common __cond_resched clear_huge_page do_anonymous_page exc_page_fault asm_exc_page_fault",
        .preempted
      ),
      ("anon_pipe_read vfs_read ksys_read do_syscall_64", .pipe),
      ("do_wait kernel_wait4 __do_sys_wait4 do_syscall_64", .child),
      ("schedule schedule_timeout __skb_wait_for_more_packets unix_stream_read_generic", .socket),
      ("__skb_wait_for_more_packets skb_recv_datagram unix_accept do_accept __sys_accept4 __x64_sys_accept", .accept),
      ("do_sched_yield __x64_sys_sched_yield do_syscall_64", .yielded),
      ("schedule ep_poll.constprop.0 do_epoll_wait __x64_sys_epoll_wait", .epoll),
      ("some_new_function __x64_sys_nanosleep do_syscall_64", .sleep),
      ("some_new_function __x64_sys_unheard_of", .other),
    ] as [(String, WaitReason)])
  func kernelStacks(functions: String, expected: WaitReason) {
    #expect(WaitReason(kernelStack: functions.split(separator: " ").map(String.init)) == expected)
  }

  @Test("No function tells nothing")
  func empty() { #expect(WaitReason(kernelStack: [String]()) == nil) }

  @Test(
    "What a descriptor is open on",
    arguments: [
      ("pipe:[12]", .pipe), ("socket:[1]", .socket), ("anon_inode:[timerfd]", .timer),
      ("anon_inode:[eventfd]", .events),
      ("anon_inode:[io_uring]", .ioRing), ("/dev/pts/3", .terminal), ("/var/lib/a", .file),
    ] as [(String, WaitReason)])
  func descriptors(name: String, expected: WaitReason) {
    #expect(WaitReason(systemCall: "read", object: WaitObject(name: name)) == expected)
  }

  @Test("Numbers of calls differ by architecture")
  func numbers() {
    #expect(SystemCallNumbers.name(of: 202, .x86_64) == "futex")
    #expect(SystemCallNumbers.name(of: 98, .aarch64) == "futex")
    #expect(SystemCallNumbers.name(of: 202, .i386) == nil)
  }
}
