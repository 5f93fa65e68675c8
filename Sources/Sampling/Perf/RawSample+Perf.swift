import BinaryReading
import CLinuxPerf
import ProfileModel

extension RawSample {
  /// Reads PERF_RECORD_SAMPLE from its bytes, which start, 8-byte aligned, with the record's header.
  ///
  /// `owner` is whose sample it is, where the record doesn't say; `event` and `period` what it is of and stands for,
  /// where its layout has no room for that.
  @_lifetime(copy bytes)
  init(
    perfRecord bytes: RawSpan, layout: SampleLayout, owner: ThreadNumbers? = nil, event: Int = 0, period: UInt64 = 0
  ) throws(BinaryReadingError) {
    var offset = layout.endOfFixedFields
    var chain = bytes.extracting(0..<0)
    if layout.hasCallChain {
      chain = try Self.kernelChain(bytes, at: &offset)
    }
    var woken: WokenThread?
    if layout.hasProgramWords {
      let size: UInt32 = try bytes.load(at: offset)
      woken = try WokenThread(try bytes.slice(at: offset + 4, count: Int(size)))
      offset += 4 + Int(size)
    }
    let abi: UInt64 = try bytes.load(at: offset)
    offset += 8
    var registers: UserRegisters?
    let architecture = abi == PERF_SAMPLE_REGS_ABI_32.rawValue ? layout.architecture.narrow : layout.architecture
    if abi != PERF_SAMPLE_REGS_ABI_NONE.rawValue {
      if let architecture {
        registers = try UserRegisters(perfValues: bytes, at: offset, architecture: architecture)
      }
      offset += 8 * UserRegisters.perfCount(layout.architecture)
    }
    var stack = bytes.extracting(0..<0)
    let dumped: UInt64 = try bytes.load(at: offset)
    offset += 8
    if dumped > 0, registers != nil {
      guard let size = Int(exactly: dumped), size <= bytes.byteCount - offset else {
        throw .truncated(
          offset: offset, count: Int(clamping: dumped), available: max(0, bytes.byteCount - offset))
      }
      let valid: UInt64 = try bytes.load(at: offset + size)
      stack = try bytes.slice(at: offset, count: Int(clamping: min(dumped, valid)))
    }
    let thread = if let owner { owner } else { ThreadNumbers(pid: try bytes.load(at: 8), tid: try bytes.load(at: 12)) }
    self.init(
      time: try bytes.load(at: 16), pid: thread.pid, tid: thread.tid,
      cpu: try bytes.load(at: layout.cpuOffset),
      period: layout.hasPeriod ? try bytes.load(at: layout.cpuOffset + 8) : period, event: event,
      architecture: architecture, registers: registers, stack: stack, kernelChain: Span<UInt64>(alignedBytes: chain))
    self.woken = woken
  }

  /// The kernel's part of the call chain at `offset`, which moves past the whole chain.
  ///
  /// A chain is a sequence of sections, each begun by a marker (`enum perf_callchain_context`): numbers that, taken
  /// as signed, lie in -4095..<0. User sections are not asked for, so that there is one section, or none.
  @_lifetime(copy bytes)
  private static func kernelChain(_ bytes: RawSpan, at offset: inout Int) throws(BinaryReadingError) -> RawSpan {
    let count: UInt64 = try bytes.load(at: offset)
    offset += 8
    guard let entries = Int(exactly: count), entries <= (bytes.byteCount - offset) / 8 else {
      throw .truncated(offset: offset, count: Int(clamping: count), available: max(0, bytes.byteCount - offset))
    }
    let start = offset
    offset += 8 * entries
    var first = 0
    var last = 0
    var isKernel = false
    for entry in 0..<entries {
      let address: UInt64 = try bytes.load(at: start + 8 * entry)
      guard address >= 0 &- 4095 else {
        if isKernel { last = entry + 1 }
        continue
      }
      if isKernel { break }
      isKernel = address == PERF_CONTEXT_KERNEL.rawValue
      first = entry + 1
      last = first
    }
    return isKernel ? try bytes.slice(at: start + 8 * first, count: 8 * (last - first)) : bytes.extracting(0..<0)
  }
}

extension Span where Element == UInt64 {
  /// The 64-bit values that `bytes` are; empty where they are misaligned or no whole number of values.
  @_lifetime(copy bytes)
  init(alignedBytes bytes: RawSpan) {
    // SAFETY: only the address is looked at.
    let address = unsafe bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    let isUsable = address.isMultiple(of: 8) && bytes.byteCount.isMultiple(of: 8)
    self = Span(_bytes: isUsable ? bytes : bytes.extracting(0..<0))
  }
}
