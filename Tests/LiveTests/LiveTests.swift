import Testing

/// Tests of the built program on running processes: one at a time, since they share two cores and measure shares.
///
/// Where there is no binary, or the kernel refuses perf events, all of them are skipped with that reason.
@Suite(
  .serialized, .enabled(if: Machine.hasBinary, Comment(rawValue: Machine.missingBinary)),
  .enabled(if: Machine.canSample, "the kernel refuses perf events here")
)
enum LiveTests {}
