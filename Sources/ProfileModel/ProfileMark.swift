import Searching

/// What happened at a moment: to a process, to a thread, or to the recording.
public struct ProfileMark: Hashable, Sendable {
  /// What it was.
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    /// A process was made by another.
    case processBegan
    /// A thread was made by another of its process.
    case threadBegan
    /// A process ran another program.
    case exec
    /// A thread ended, and its process went on.
    case threadEnded
    /// The last thread of a process ended.
    case processEnded
    /// Samples were lost.
    case lost
  }

  /// Whose numbers it is about, as the kernel tells them; 0 where it is about nobody, or many.
  public struct Numbers: Hashable, Sendable {
    /// The process.
    public var pid: Int32
    /// The thread.
    public var tid: Int32
    /// Numbers of a thread.
    public init(pid: Int32 = 0, tid: Int32 = 0) { (self.pid, self.tid) = (pid, tid) }
  }

  /// What happened.
  public var kind: Kind
  /// Nanoseconds since the recording's start.
  public var time: UInt64
  /// Whom it happened to.
  public var numbers: Numbers
  /// Who made a process or thread.
  public var parent: Numbers
  /// The program that begins, or the name at the time; empty where it isn't known.
  public var name: String
  /// How many samples were lost; of all else more than 1 where there were too many to be told apart.
  public var count: UInt64
  /// Whose samples it stands beside; nil where it is nobody's that was sampled.
  public var thread: ThreadID?
  /// The samples of whoever made the process or thread.
  public var maker: ThreadID?

  /// A mark of one event.
  public init(
    _ kind: Kind, time: UInt64, numbers: Numbers = Numbers(), parent: Numbers = Numbers(), name: String = "",
    count: UInt64 = 1
  ) {
    (self.kind, self.time, self.numbers, self.parent) = (kind, time, numbers, parent)
    (self.name, self.count) = (name, count)
  }

  /// Whether it stands for more than one event, which were too many to be told apart.
  public var isJoined: Bool { kind != .lost && numbers.pid == 0 }
}

extension Profile {
  /// Finds for each mark whose samples it stands beside. Marks must be in order of time, and samples complete.
  ///
  /// Numbers are used again: a thread's marks of its beginning and end divide the rows of its number into lives. In a life
  /// a beginning or a program belongs to the row that was sampled next, an end and what the thread made to the last one.
  ///
  ///     marks    began ─────── exec ────────── ended    began …
  ///     rows     ├─ "sh" ─────┤├─ "gzip" ─────┤         ├─ another thread …
  ///
  /// - Complexity: O(samples + marks · log(threads))
  package mutating func placeMarks() {
    guard marks.contains(where: { $0.numbers.tid != 0 }) else { return }
    let lives = ThreadLives(self)
    for index in marks.indices {
      let mark = marks[index]
      marks[index].thread = nil
      marks[index].maker = nil
      guard mark.numbers.tid != 0 else { continue }
      switch mark.kind {
      case .processBegan, .threadBegan:
        marks[index].thread = lives.rowBegun(by: mark.numbers.tid, at: mark.time)
        if mark.parent.tid != 0 { marks[index].maker = lives.rowLast(of: mark.parent.tid, until: mark.time) }
      case .exec: marks[index].thread = lives.rowNext(of: mark.numbers.tid, at: mark.time)
      case .threadEnded, .processEnded:
        marks[index].thread = lives.rowEnded(by: mark.numbers.tid, at: mark.time)
      case .lost: break
      }
    }
  }
}

/// When the rows of each thread number were sampled, and which rows are of one thread.
private struct ThreadLives {
  private struct Row {
    var thread: ThreadID
    var first: UInt64
    var last: UInt64
  }

  /// In order of their first samples.
  private var rows: [Int32: [Row]] = [:]
  /// When threads of a number began, in order.
  private var begins: [Int32: [UInt64]] = [:]

  init(_ profile: Profile) {
    let none = UInt64.max
    var spans = [(first: UInt64, last: UInt64)](repeating: (none, 0), count: profile.threads.count)
    for sample in profile.samples {
      let index = sample.thread.index
      if spans[index].first == none { spans[index].first = sample.time }
      spans[index].last = max(spans[index].last, sample.time)
    }
    for (index, thread) in profile.threads.enumerated() where spans[index].first != none {
      rows[thread.tid, default: []].append(
        Row(thread: ThreadID(index: index), first: spans[index].first, last: spans[index].last))
    }
    // Stable, so that equal times stay in the order of rows.
    for tid in rows.keys { rows[tid]?.sort { ($0.first, $0.thread.rawValue) < ($1.first, $1.thread.rawValue) } }
    for mark in profile.marks where mark.kind == .processBegan || mark.kind == .threadBegan {
      begins[mark.numbers.tid, default: []].append(mark.time)
    }
  }

  /// Rows of the life that a moment lies in.
  private func life(of tid: Int32, at time: UInt64) -> ArraySlice<Row> {
    guard let rows = rows[tid] else { return [] }
    let begins = begins[tid] ?? []
    let next = begins.partitionPoint { $0 > time }
    let start = next > 0 ? rows.partitionPoint { $0.first >= begins[next - 1] } : 0
    let end = next < begins.count ? rows.partitionPoint { $0.first >= begins[next] } : rows.count
    return rows[min(start, end)..<end]
  }

  func rowBegun(by tid: Int32, at time: UInt64) -> ThreadID? { life(of: tid, at: time).first?.thread }

  func rowEnded(by tid: Int32, at time: UInt64) -> ThreadID? { life(of: tid, at: time).last?.thread }

  /// The row that was sampled last before a moment; else the first one.
  func rowLast(of tid: Int32, until time: UInt64) -> ThreadID? {
    let life = life(of: tid, at: time)
    let next = life.partitionPoint { $0.first > time }
    return (next > life.startIndex ? life[next - 1] : life.first)?.thread
  }

  /// The row that was sampled next behind a moment; else the last one.
  func rowNext(of tid: Int32, at time: UInt64) -> ThreadID? {
    let life = life(of: tid, at: time)
    let next = life.partitionPoint { $0.first >= time }
    if next > life.startIndex, life[next - 1].last >= time { return life[next - 1].thread }
    return (next < life.endIndex ? life[next] : life.last)?.thread
  }
}
