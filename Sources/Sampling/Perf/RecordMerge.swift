/// Takes records from several rings in order of time, each straight from where it lies.
///
///     time ─────────────────────────────────►  horizon        now
///     ring 0   ●────●─────────●─────●───●─────────┊──●──        ┊
///     ring 1      ●────●──●──────────●────────●───┊────●─────●  ┊
///                                                 ┊             ┊
///              handed over, oldest first          ┊ stay        ┊ heads are loaded after `now` was read
///
/// Invariant: a record stamped at or before the horizon was complete in its ring when the heads were loaded, since the
/// kernel takes a few microseconds from the stamp to the new head, and the horizon lies `slack` before `now`. So
/// nothing older than what was handed over can show up later. Where the host stole the CPU in between it still can;
/// such a record is handed over at once, and counted: a thread's own records stay in order even then.
///
/// When a ring is more than half full nothing is held back, whatever its time, until it no longer is: room for new
/// records comes first.
struct RecordMerge {
  /// How far behind the present records are held back, in nanoseconds.
  static let slack: UInt64 = 1_000_000

  /// Time of the newest record handed over.
  private(set) var lastTime: UInt64 = 0
  /// Records that came after a newer one had been handed over.
  private(set) var lateRecords: UInt64 = 0

  /// Hands over what the rings hold up to `horizon`, in order.
  mutating func drain(
    _ rings: [PerfRing], until horizon: UInt64, _ body: (_ type: UInt32, _ misc: UInt16, _ bytes: RawSpan) -> Void
  ) {
    for ring in rings { ring.refresh() }
    while let (ring, bound) = next(rings, horizon: horizon) {
      repeat {
        if ring.nextTime < lastTime { lateRecords += 1 } else { lastTime = min(ring.nextTime, horizon) }
        ring.consume(body)
      } while ring.pendingBytes > 0 && ring.nextTime <= bound
    }
  }

  /// The ring with the oldest record, and up to when its records precede all other rings'.
  private func next(_ rings: [PerfRing], horizon: UInt64) -> (PerfRing, bound: UInt64)? {
    var first: PerfRing?
    var firstTime = UInt64.max
    var bound = horizon
    for ring in rings where ring.pendingBytes > 0 {
      let time = ring.nextTime
      if first == nil || time < firstTime {
        if first != nil { bound = min(bound, firstTime) }
        first = ring
        firstTime = time
      } else {
        bound = min(bound, time)
      }
    }
    guard let first else { return nil }
    if firstTime <= horizon { return (first, bound) }
    // All that is left is newer than the horizon, or has an impossible time: the oldest of it makes room.
    return rings.contains { $0.pendingBytes > $0.capacity / 2 } ? (first, 0) : nil
  }
}
