import CLinuxPerf
import ProfileModel

/// What every event of a sampler is told to put into its records, and so how they read.
///
///     PERF_RECORD_SAMPLE                    every other record
///      0 header: type, misc, size            0 header
///      8 pid, tid                            8 the record's own fields
///     16 time                               …
///      … [number of the event]               … pid, tid             \
///      … cpu, reserved                       … time                  | sample_id_all
///      … [period]                            … [number of the event] |
///      … [call chain: count, addresses]     -8 cpu, reserved        /
///      … [a program's words: u32 size, bytes]
///      … user registers: ABI, values
///      … user stack: size, bytes, count of bytes that are valid
///
/// What stands in brackets is not always there: the number only where several events write into the rings, the period
/// not where it is always the same, the call chain only where kernel code is sampled. All events of a sampler agree on
/// the first, so that the time stands at one place. (perf_event_open(2), `enum perf_event_type` in linux/perf_event.h.)
struct SampleLayout: Hashable, Sendable {
  /// Whether samples carry a kernel call chain.
  var hasCallChain: Bool
  /// Whether records name the event that they are of.
  var hasEventNumber = false
  /// Whether samples say what they stand for.
  var hasPeriod = true
  /// Whether samples carry what a program said of them.
  var hasProgramWords = false
  /// The kernel's; 32-bit tasks' registers come in the places of its own.
  var architecture: Architecture = .host

  /// `perf_event_attr.sample_type`.
  var sampleType: UInt64 {
    var fields =
      PERF_SAMPLE_TID.rawValue | PERF_SAMPLE_TIME.rawValue | PERF_SAMPLE_CPU.rawValue
      | PERF_SAMPLE_REGS_USER.rawValue | PERF_SAMPLE_STACK_USER.rawValue
    if hasEventNumber { fields |= PERF_SAMPLE_ID.rawValue }
    if hasPeriod { fields |= PERF_SAMPLE_PERIOD.rawValue }
    if hasCallChain { fields |= PERF_SAMPLE_CALLCHAIN.rawValue }
    if hasProgramWords { fields |= PERF_SAMPLE_RAW.rawValue }
    return UInt64(fields)
  }

  /// `perf_event_attr.sample_regs_user`.
  var registerMask: UInt64 {
    switch architecture {
    case .x86_64, .i386: X86_64PerfRegisters.mask
    case .aarch64: AArch64PerfRegisters.mask
    }
  }

  /// The layout of samples of `PlannedEvent.wakes`: the kernel's functions tell whether it is the thread itself that wakes
  /// another one, or an interrupt.
  var ofWakes: SampleLayout {
    var layout = self
    (layout.hasPeriod, layout.hasCallChain, layout.hasProgramWords) = (false, true, true)
    return layout
  }

  /// Where the time stands in a record of `size` bytes.
  @inline(__always)
  func timeOffset(type: UInt32, size: Int) -> Int {
    type == PERF_RECORD_SAMPLE.rawValue ? 16 : size - trailerSize + 8
  }
  /// Where the number of the event stands in a sample that has one.
  static let eventNumberOffset = 24
  /// Where the processor stands in a sample.
  var cpuOffset: Int { hasEventNumber ? 32 : 24 }
  /// Where what is not in every sample begins behind the processor and the period.
  var endOfFixedFields: Int { cpuOffset + (hasPeriod ? 16 : 8) }
  /// Bytes behind the fields of every record but samples.
  var trailerSize: Int { hasEventNumber ? 32 : 24 }
  /// The most that a sample takes beside its dump: header, fixed fields, 127 + 2 chain entries, registers, sizes.
  static let largestSampleOverhead = 8 + 40 + 8 * 130 + 8 * 34 + 16
}
