/// Whether a sampled thread may have gone on since its sample was taken: what decides if its memory may still be read.
public enum ThreadMotion: Hashable, Sendable {
  /// It has run on. What its memory holds now is no proof of what it held then, however little time has passed: only
  /// what was copied with the sample counts.
  case runningOn
  /// It stands still until its sample is done with, as a stopped one does: its memory is that of the sample.
  case standingStill
}
