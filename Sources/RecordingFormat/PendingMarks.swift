import ProfileModel

/// Marks since the last window. What a machine that makes thousands of processes a second does must not fill a recording:
/// past a limit events are counted, one mark of each kind and window, and not told apart.
struct PendingMarks: Sendable {
  private var marks: [ProfileMark] = []
  /// Where in `marks` the ones of many events are, by kind.
  private var joined: [ProfileMark.Kind: Int] = [:]
  private var lastLoss: Int?
  /// Marks of one event each that a window may still have, and the recording.
  private var rest = Self.mostInWindow
  private var restOfAll: Int

  /// About 1,000 a second, and a megabyte in all.
  static let mostInWindow = 2000
  static let most = 20_000
  /// What is lost within so many nanoseconds is one mark.
  private static let lossSpan: UInt64 = 10_000_000

  init(limit: Int = Self.most) { restOfAll = limit }

  /// Adds a mark.
  mutating func add(_ mark: ProfileMark) {
    if mark.kind == .lost { return addLoss(mark) }
    guard rest > 0, restOfAll > 0 else { return join(ProfileMark(mark.kind, time: mark.time)) }
    rest -= 1
    restOfAll -= 1
    marks.append(mark)
  }

  private mutating func addLoss(_ mark: ProfileMark) {
    let isFull = rest == 0 || restOfAll == 0
    if let lastLoss, isFull || mark.time &- marks[lastLoss].time < Self.lossSpan {
      return marks[lastLoss].count &+= mark.count
    }
    if !isFull {
      rest -= 1
      restOfAll -= 1
    }
    lastLoss = marks.count
    marks.append(mark)
  }

  private mutating func join(_ mark: ProfileMark) {
    if let index = joined[mark.kind] { return marks[index].count &+= mark.count }
    joined[mark.kind] = marks.count
    marks.append(mark)
  }

  /// All since the last time.
  mutating func take() -> [ProfileMark] {
    defer { (marks, joined, lastLoss, rest) = ([], [:], nil, Self.mostInWindow) }
    return marks
  }
}
