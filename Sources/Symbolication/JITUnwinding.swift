/// Call frame information of one function's code, from a jitdump.
public struct JITUnwinding: Sendable {
  /// Where the code lies.
  public var range: Range<UInt64>
  /// From when on, CLOCK_MONOTONIC in nanoseconds; 0 where the writer used another clock.
  public var time: UInt64
  /// As `.eh_frame` has it.
  public var frames: [UInt8]
  /// Where that would lie: behind the code, at the next multiple of 8 from its start (Linux, `tools/perf/util/genelf.c`).
  public var address: UInt64 {
    range.lowerBound &+ (range.upperBound &- range.lowerBound &+ 7) & ~7
  }
}
