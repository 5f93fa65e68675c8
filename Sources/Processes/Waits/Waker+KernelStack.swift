import ProfileModel

extension Waker.Interrupt {
  /// What the kernel's functions tell of an interrupt that woke a thread, leaf first; nil where it was no interrupt, but the
  /// thread itself that was running.
  ///
  ///     try_to_wake_up ◄ hrtimer_wakeup ◄ … ◄ hrtimer_interrupt ◄ sysvec_apic_timer_interrupt     timer
  ///     try_to_wake_up ◄ … ◄ net_rx_action ◄ handle_softirqs ◄ irq_exit_rcu                       network
  ///     try_to_wake_up ◄ … ◄ process_backlog ◄ … ◄ handle_softirqs ◄ do_softirq ◄ __dev_queue_xmit    the thread: it sent
  ///                                                                     a packet to this machine, which is received at once
  ///     try_to_wake_up ◄ … ◄ exit_to_user_mode_loop ◄ sysvec_apic_timer_interrupt                 the thread: its own work
  package init?(kernelStack functions: some Sequence<String>) {
    var kind: Self?
    // Work that is put off to a soft interrupt is done at the end of an interrupt, by a thread of the kernel's, or where a
    // thread has just caused it.
    var isSoft = false
    var isReceipt = false
    for function in functions {
      let name = function.prefix { $0 != "." && $0 != "+" }
      if isSoft {
        if Self.isEntry(name) { break }
        if Self.sending.contains(name) {
          guard isReceipt else { break }
          return nil
        }
        continue
      }
      if kind == nil { kind = Self.kind(of: name) }
      if name == "process_backlog" { isReceipt = true }
      if Self.soft.contains(name) {
        isSoft = true
      } else if Self.isEntry(name) {
        self = kind ?? .other
        return
      } else if Self.leaving.contains(name) {
        return nil
      }
    }
    guard isSoft else { return nil }
    self = kind ?? .other
  }

  /// What runs soft interrupts.
  private static let soft: Set<Substring> = ["handle_softirqs", "__do_softirq", "____do_softirq"]
  /// What sends a packet.
  private static let sending: Set<Substring> = [
    "__dev_queue_xmit", "dev_queue_xmit", "ip_finish_output2", "neigh_hh_output",
  ]
  /// What a thread does of its own on its way back from an interrupt.
  private static let leaving: Set<Substring> = [
    "exit_to_user_mode_loop", "irqentry_exit", "irqentry_exit_to_user_mode", "raw_irqentry_exit_cond_resched",
    "preempt_schedule_irq", "arm64_preempt_schedule_irq", "do_notify_resume", "exit_to_user_mode_prepare",
    "task_work_run", "arch_do_signal_or_restart", "get_signal",
  ]

  /// Where an interrupt is entered: x86-64 and AArch64.
  private static func isEntry(_ name: Substring) -> Bool {
    name.hasPrefix("sysvec_") || name.hasPrefix("__sysvec_") || name.hasPrefix("asm_sysvec_")
      || entries.contains(name)
  }

  private static let entries: Set<Substring> = [
    "common_interrupt", "asm_common_interrupt", "__common_interrupt", "handle_irq_event", "handle_irq_event_percpu",
    "__handle_irq_event_percpu", "handle_edge_irq", "handle_fasteoi_irq", "generic_handle_domain_irq",
    "hrtimer_interrupt", "irq_work_run_list", "irq_work_single", "gic_handle_irq", "el0_interrupt", "el1_interrupt",
    "call_on_irq_stack", "do_interrupt_handler", "exc_nmi", "irq_exit_rcu", "__irq_exit_rcu",
  ]

  private static func kind(of name: Substring) -> Self? {
    if let known = kinds[name] { return known }
    if name.hasPrefix("blk_") || name.hasPrefix("nvme_") || name.hasPrefix("scsi_") || name.hasPrefix("bio_end") {
      return .disk
    }
    return nil
  }

  private static let kinds: [Substring: Self] = {
    let names: [(Self, String)] = [
      (
        .timer,
        """
        hrtimer_wakeup __hrtimer_run_queues hrtimer_run_softirq hrtimer_interrupt process_timeout call_timer_fn \
        expire_timers __run_timers run_timer_base run_timer_softirq timerfd_tmrproc timerfd_alarmproc posix_timer_fn \
        it_real_fn delayed_work_timer_fn tcp_write_timer tcp_delack_timer
        """
      ),
      (.network, "net_rx_action net_tx_action __napi_poll napi_poll process_backlog __netif_receive_skb_core"),
      (
        .disk,
        """
        virtblk_done virtblk_request_done end_bio_bh_io_sync iomap_dio_bio_end_io dio_bio_end_aio end_page_writeback \
        folio_end_writeback folio_end_read mpage_read_end_io ata_scsi_qc_complete
        """
      ),
    ]
    return Dictionary(
      uniqueKeysWithValues: names.flatMap { kind, text in text.split(separator: " ").map { ($0, kind) } })
  }()
}
