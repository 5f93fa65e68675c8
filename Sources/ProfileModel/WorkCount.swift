/// How often a function was called that stands for a unit of work, and when.
public struct WorkCount: Hashable, Sendable {
  /// Calls up to a moment.
  public struct Point: Hashable, Sendable {
    /// Nanoseconds since the recording began, as those of samples.
    public var time: UInt64
    /// Since then.
    public var count: UInt64

    /// Calls up to a moment.
    public init(time: UInt64, count: UInt64) { (self.time, self.count) = (time, count) }
  }

  /// The function, as it was asked for.
  public var function: String
  /// The last component of its module's path.
  public var module: String
  /// Both ascending; the last one has all calls.
  public private(set) var points: [Point]

  /// Points that are kept at most.
  public static let mostPoints = 4_096

  /// Counts; points that are before or below the ones before them are left out.
  public init(function: String, module: String, points: [Point] = []) {
    (self.function, self.module, self.points) = (function, module, [])
    for point in points { add(point) }
  }

  /// All calls.
  public var count: UInt64 { points.last?.count ?? 0 }

  /// Adds what is known of a later moment. Of many points each second one goes.
  public mutating func add(_ point: Point) {
    if let last = points.last, point.time < last.time || point.count < last.count { return }
    if let last = points.last, point.time == last.time { points.removeLast() }
    points.append(point)
    guard points.count > Self.mostPoints else { return }
    points = points.enumerated().filter { $0.offset % 2 == 1 || $0.offset == points.count - 1 }.map(\.element)
  }

  /// Calls in a span of time, as if those between two points came steadily.
  public func count(in time: Range<UInt64>) -> Double { count(upTo: time.upperBound) - count(upTo: time.lowerBound) }

  private func count(upTo time: UInt64) -> Double {
    var before = Point(time: 0, count: 0)
    for point in points {
      if point.time >= time {
        let part = point.time > before.time ? Double(time - before.time) / Double(point.time - before.time) : 1
        return Double(before.count) + part * Double(point.count - before.count)
      }
      before = point
    }
    return Double(before.count)
  }
}
