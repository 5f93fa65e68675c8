import ProfileModel

/// One observation of a thread, as the kernel handed it over.
///
/// Its views lie in a ring that the kernel writes; they are valid only during the handler's call, which the compiler
/// enforces.
package struct RawSample: ~Escapable {
  /// CLOCK_MONOTONIC in nanoseconds.
  package let time: UInt64
  /// The process.
  package let pid: Int32
  /// The thread.
  package let tid: Int32
  /// The processor that it ran on.
  package let cpu: UInt32
  /// Nanoseconds of CPU time, or how many of its event, that this sample stands for.
  package let period: UInt64
  /// Which of the sampler's events it is of: an index into `SamplerDescription.events`, 0 where that is empty.
  package let event: Int
  /// What the program is made for; nil for one of 32 bits that can't be unwound.
  package let architecture: Architecture?
  /// User-mode registers of that architecture; nil for kernel threads, threads that are exiting, and where there is no
  /// `architecture`.
  package let registers: UserRegisters?
  /// Which of `registers` are known; the others are zero there.
  package let knownRegisters: KnownRegisters
  /// The bytes from the user-mode stack pointer up, only those really copied; empty without `registers`.
  package let stack: RawSpan
  /// What else of its memory was copied at the same instant.
  package let pages: SampledPages
  /// Whether the thread stands still while the handler has the sample, or has run on.
  package let motion: ThreadMotion
  /// Actual kernel addresses, leaf first, without the kernel's context markers; all but the first are return
  /// addresses. Empty for a thread in user mode, and where the kernel is excluded.
  package let kernelChain: Span<UInt64>
  /// Whom it woke at that moment, where that is why it was observed.
  package internal(set) var woken: WokenThread?

  /// A sample of views that outlive it.
  @_lifetime(copy stack, copy kernelChain)
  package init(
    time: UInt64, pid: Int32, tid: Int32, cpu: UInt32 = 0, period: UInt64 = 0, event: Int = 0,
    architecture: Architecture? = .host, registers: UserRegisters?, knownRegisters: KnownRegisters = .all,
    stack: RawSpan,
    motion: ThreadMotion = .runningOn, kernelChain: Span<UInt64>
  ) {
    self.time = time
    self.pid = pid
    self.tid = tid
    self.cpu = cpu
    self.period = period
    self.event = event
    self.architecture = architecture
    self.registers = registers
    self.knownRegisters = knownRegisters
    self.stack = stack
    pages = SampledPages()
    self.motion = motion
    self.kernelChain = kernelChain
  }

  /// The same sample with other memory of the same instant.
  @_lifetime(copy sample, copy pages)
  package init(_ sample: borrowing RawSample, with pages: SampledPages) {
    (time, pid, tid, cpu, period) = (sample.time, sample.pid, sample.tid, sample.cpu, sample.period)
    (event, architecture) = (sample.event, sample.architecture)
    (registers, knownRegisters, motion) = (sample.registers, sample.knownRegisters, sample.motion)
    stack = sample.stack
    woken = sample.woken
    kernelChain = sample.kernelChain
    self.pages = pages
  }
}
