import ProfileModel
import Testing

@testable import Processes

/// Stacks as Linux 6.18 gave them.
@Suite struct WakerTests {
  private static let threads = [
    // Unlocking a mutex, writing into a pipe, ending.
    "try_to_wake_up wake_up_q futex_wake do_futex __x64_sys_futex do_syscall_64 entry_SYSCALL_64_after_hwframe",
    """
    try_to_wake_up autoremove_wake_function __wake_up_common __wake_up_sync_key anon_pipe_write vfs_write ksys_write \
    do_syscall_64 entry_SYSCALL_64_after_hwframe
    """,
    "try_to_wake_up wake_up_q futex_wake mm_release exit_mm do_exit __x64_sys_exit do_syscall_64",
    // Sending to another process of this machine: what is received is what was just sent.
    """
    try_to_wake_up ep_autoremove_wake_function __wake_up_common sock_def_readable tcp_data_queue tcp_v4_rcv \
    ip_local_deliver __netif_receive_skb_one_core process_backlog __napi_poll net_rx_action handle_softirqs do_softirq.part.0 \
    __local_bh_enable_ip __dev_queue_xmit ip_finish_output2 __ip_queue_xmit tcp_sendmsg __x64_sys_sendto do_syscall_64
    """,
    // On its way back from an interrupt, and in a page fault.
    "try_to_wake_up task_work_run exit_to_user_mode_loop irqentry_exit_to_user_mode sysvec_reschedule_ipi",
    "try_to_wake_up wake_up_q up_read do_user_addr_fault exc_page_fault asm_exc_page_fault",
  ]

  private static let interrupts: [(String, Waker.Interrupt)] = [
    (
      """
      try_to_wake_up hrtimer_wakeup __hrtimer_run_queues hrtimer_interrupt __sysvec_apic_timer_interrupt \
      sysvec_apic_timer_interrupt asm_sysvec_apic_timer_interrupt
      """, .timer
    ),
    (
      """
      try_to_wake_up process_timeout call_timer_fn __run_timers run_timer_softirq handle_softirqs __irq_exit_rcu \
      sysvec_apic_timer_interrupt asm_sysvec_apic_timer_interrupt pv_native_safe_halt default_idle do_idle
      """, .timer
    ),
    (
      """
      try_to_wake_up ep_poll_callback __wake_up_common sock_def_readable tcp_v4_rcv __netif_receive_skb_one_core \
      napi_complete_done virtnet_poll __napi_poll net_rx_action handle_softirqs __irq_exit_rcu common_interrupt
      """, .network
    ),
    // What came in from elsewhere is received by whoever sends something at that moment.
    (
      """
      try_to_wake_up sock_def_readable tcp_v4_rcv virtnet_poll __napi_poll net_rx_action handle_softirqs do_softirq \
      __local_bh_enable_ip __dev_queue_xmit ip_finish_output2 tcp_sendmsg __x64_sys_sendto do_syscall_64
      """, .network
    ),
    (
      """
      try_to_wake_up blk_wake_io_task bio_endio blk_update_request virtblk_request_done blk_mq_complete_request_remote \
      virtblk_done vring_interrupt __handle_irq_event_percpu handle_irq_event asm_common_interrupt
      """, .disk
    ),
    ("try_to_wake_up rcu_core handle_softirqs run_ksoftirqd smpboot_thread_fn kthread", .other),
    ("try_to_wake_up swake_up_one irq_work_single irq_work_run_list sysvec_irq_work asm_sysvec_irq_work", .other),
  ]

  @Test("A thread that wakes another one", arguments: threads)
  func thread(stack: String) {
    #expect(Waker.Interrupt(kernelStack: stack.split(separator: " ").map(String.init)) == nil)
  }

  @Test("An interrupt, whichever thread it comes in between", arguments: interrupts)
  func interrupt(stack: String, kind: Waker.Interrupt) {
    #expect(Waker.Interrupt(kernelStack: stack.split(separator: " ").map(String.init)) == kind)
  }
}
