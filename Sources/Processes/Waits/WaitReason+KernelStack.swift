import ProfileModel

extension WaitReason {
  /// What the kernel's functions of a thread that left its processor tell, leaf first; nil for no function.
  ///
  ///     schedule ◄ futex_do_wait ◄ __futex_wait ◄ do_futex ◄ __x64_sys_futex        futex
  ///     schedule ◄ io_schedule ◄ folio_wait_bit_common ◄ … ◄ asm_exc_page_fault     page fault
  ///     schedule ◄ exit_to_user_mode_loop                                          preempted
  package init?(kernelStack functions: some Sequence<String>) {
    var found: WaitReason?
    var call: WaitReason?
    var isEmpty = true
    for function in functions {
      isEmpty = false
      let name = Self.plain(function)
      if name == "asm_exc_page_fault" || name == "exc_page_fault" || name == "do_page_fault" || name == "do_mem_abort" {
        // What it waits for below is memory, unless it was only preempted on the way.
        if found?.isRunnable != true { found = .pageFault }
        continue
      }
      if found == nil { found = Self.byFunction[name] }
      if let name = Self.systemCallName(name) { call = WaitReason(systemCall: name) }
    }
    guard !isEmpty else { return nil }
    // Only the innermost functions say that nothing is waited for: any call may end in a preemption.
    // The functions below it wait for any socket.
    if found == .socket, call == .accept || call == .connect { found = call }
    self = found ?? call ?? .other
  }

  /// A function's name without what a compiler appends to its clones.
  private static func plain(_ name: String) -> Substring { name.prefix { $0 != "." && $0 != "+" } }

  /// `read` of `__x64_sys_read`; nil for what begins no system call.
  private static func systemCallName(_ function: Substring) -> String? {
    for prefix in ["__x64_sys_", "__arm64_sys_", "__ia32_sys_", "__ia32_compat_sys_", "__se_sys_", "__do_sys_"]
    where function.hasPrefix(prefix) { return String(function.dropFirst(prefix.count)) }
    return nil
  }

  /// Functions of Linux 5.10 to 6.18 that tell it alone, where calls of several kinds go through them.
  private static let byFunction: [Substring: WaitReason] = {
    let names: [(WaitReason, String)] = [
      (
        .futex,
        """
        futex_wait_queue futex_wait_queue_me futex_do_wait __futex_wait futex_wait futex_wait_multiple \
        futex_lock_pi rt_mutex_wait_proxy_lock
        """
      ),
      (.sleep, "do_nanosleep hrtimer_nanosleep"),
      (.poll, "poll_schedule_timeout do_poll do_select"),
      (.epoll, "ep_poll do_epoll_wait"),
      (.accept, "inet_csk_accept inet_csk_wait_for_connect unix_accept inet_accept vsock_accept do_accept"),
      (.connect, "inet_wait_for_connect __inet_stream_connect unix_stream_connect unix_wait_for_peer"),
      (
        .socket,
        """
        sk_wait_data sk_stream_wait_memory sk_stream_wait_connect __skb_wait_for_more_packets unix_stream_data_wait \
        unix_stream_read_generic tcp_recvmsg tcp_recvmsg_locked tcp_sendmsg sock_wait_state sock_alloc_send_pskb \
        sock_recvmsg sock_sendmsg netlink_recvmsg sk_stream_wait_close inet_release vsock_connectible_wait_data \
        tls_rx_rec_wait
        """
      ),
      (
        .pipe,
        """
        pipe_read pipe_write anon_pipe_read anon_pipe_write fifo_pipe_read fifo_pipe_write wait_for_partner \
        fifo_open splice_from_pipe_next ipipe_prep opipe_prep pipe_wait_readable pipe_wait_writable
        """
      ),
      (.terminal, "n_tty_read n_tty_write tty_wait_until_sent tty_ldisc_ref_wait"),
      (
        .file,
        """
        folio_wait_bit_common wait_on_page_bit_common __wait_on_page_bit folio_wait_bit __lock_page \
        folio_wait_writeback wait_on_page_writeback __wait_on_bit_lock __wait_on_buffer bit_wait_io blk_io_schedule \
        submit_bio_wait __iomap_dio_rw blkdev_direct_IO jbd2_log_wait_commit jbd2_journal_start \
        wait_transaction_locked xlog_wait_on_iclog xfs_log_force_seq balance_dirty_pages \
        balance_dirty_pages_ratelimited_flags request_wait_answer fuse_simple_request __fuse_simple_request \
        rpc_wait_bit_killable nfs_wait_bit_killable p9_client_rpc p9_virtio_request rq_qos_wait blk_mq_get_tag \
        wait_for_completion_io wait_for_completion_io_timeout filemap_fdatawait_range __filemap_fdatawait_range \
        btrfs_start_ordered_extent_nowriteback btrfs_sync_log do_blockdev_direct_IO wb_wait_for_completion
        """
      ),
      (.events, "eventfd_read inotify_read fanotify_read userfaultfd_ctx_read userfaultfd_read perf_read"),
      (.timer, "timerfd_read timerfd_read_iter"),
      (.signal, "do_sigtimedwait sigsuspend signalfd_dequeue signalfd_read signalfd_read_iter"),
      (.child, "do_wait kernel_wait4 kernel_waitid wait_for_vfork_done"),
      (.fileLock, "fcntl_setlk locks_lock_inode_wait flock_lock_inode_wait posix_lock_inode_wait do_lock_file_wait"),
      (.message, "do_semtimedop __do_semtimedop do_msgrcv do_msgsnd wq_sleep"),
      (.ioRing, "io_cqring_wait io_cqring_wait_schedule read_events do_io_getevents"),
      (.pageFault, "handle_userfault"),
      (
        .kernelLock,
        """
        __mutex_lock mutex_lock __mutex_lock_slowpath __mutex_lock_killable_slowpath __mutex_lock_interruptible_slowpath \
        rwsem_down_read_slowpath rwsem_down_write_slowpath __down_common __down percpu_rwsem_wait rt_mutex_slowlock \
        rwbase_read_lock rwbase_write_lock __down_read __down_write down_read down_write synchronize_rcu \
        __wait_rcu_gp
        """
      ),
      (
        .stopped,
        "do_signal_stop ptrace_stop ptrace_notify do_jobctl_trap cgroup_enter_frozen __refrigerator do_freezer_trap"
      ),
      (
        .preempted,
        """
        exit_to_user_mode_loop exit_to_user_mode_prepare irqentry_exit_to_user_mode preempt_schedule \
        preempt_schedule_common preempt_schedule_irq raw_irqentry_exit_cond_resched irqentry_exit_cond_resched \
        irqentry_exit __cond_resched _cond_resched do_notify_resume el0_interrupt el1_interrupt \
        preempt_schedule_thunk preempt_schedule_notrace __cond_resched_lock rcu_note_context_switch \
        syscall_exit_to_user_mode
        """
      ),
      (.yielded, "do_sched_yield __x64_sys_sched_yield __arm64_sys_sched_yield yield"),
    ]
    var table: [Substring: WaitReason] = [:]
    for (reason, list) in names {
      for name in list.split(whereSeparator: \.isWhitespace) { table[name] = reason }
    }
    return table
  }()
}
