/// Call frame information of one function's code, from a jitdump.
package struct JITUnwinding: Sendable {
  /// Where the code lies.
  package var range: Range<UInt64>
  /// From when on, CLOCK_MONOTONIC in nanoseconds; 0 where the writer used another clock.
  package var time: UInt64
  /// As `.eh_frame` has it.
  package var frames: [UInt8]
  /// Where that would lie: behind the code, at the next multiple of 8 from its start (Linux, `tools/perf/util/genelf.c`).
  package var address: UInt64 {
    range.lowerBound &+ (range.upperBound &- range.lowerBound &+ 7) & ~7
  }
}
