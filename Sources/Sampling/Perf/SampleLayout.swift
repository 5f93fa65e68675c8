import CLinuxPerf
import ProfileModel

/// What every event of a sampler is told to put into its records, and so how they read.
///
///     PERF_RECORD_SAMPLE                    every other record
///      0 header: type, misc, size            0 header
///      8 pid, tid                            8 the record's own fields
///     16 time                               …
///     24 cpu, reserved                      -24 pid, tid      \
///     32 period                             -16 time           | sample_id_all
///     40 call chain: count, addresses        -8 cpu, reserved /
///      … user registers: ABI, values
///      … user stack: size, bytes, count of bytes that are valid
///
/// The call chain is there only where kernel code is sampled. (perf_event_open(2), `enum perf_event_type` in
/// linux/perf_event.h.)
struct SampleLayout: Hashable, Sendable {
  /// Whether samples carry a kernel call chain.
  var hasCallChain: Bool
  /// The kernel's; 32-bit tasks' registers come in the places of its own.
  var architecture: Architecture = .host

  /// `perf_event_attr.sample_type`.
  var sampleType: UInt64 {
    let always =
      PERF_SAMPLE_TID.rawValue | PERF_SAMPLE_TIME.rawValue | PERF_SAMPLE_CPU.rawValue | PERF_SAMPLE_PERIOD.rawValue
      | PERF_SAMPLE_REGS_USER.rawValue | PERF_SAMPLE_STACK_USER.rawValue
    return UInt64(hasCallChain ? always | PERF_SAMPLE_CALLCHAIN.rawValue : always)
  }

  /// `perf_event_attr.sample_regs_user`.
  var registerMask: UInt64 {
    switch architecture {
    case .x86_64, .i386: X86_64PerfRegisters.mask
    case .aarch64: AArch64PerfRegisters.mask
    }
  }

  /// Where the time stands in a record of `size` bytes.
  @inline(__always)
  static func timeOffset(type: UInt32, size: Int) -> Int {
    type == PERF_RECORD_SAMPLE.rawValue ? 16 : size - 16
  }
  /// Bytes behind the fields of every record but samples.
  static let trailerSize = 24
  /// The most that a sample takes beside its dump: header, fixed fields, 127 + 2 chain entries, registers, sizes.
  static let largestSampleOverhead = 8 + 32 + 8 * 130 + 8 * 34 + 16
}
