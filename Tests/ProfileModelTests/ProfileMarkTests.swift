import ProfileModel
import Testing

/// Whose samples a mark stands beside, where numbers are used again and names change.
struct ProfileMarkTests {
  /// A profile of samples at these seconds by the rows of threads, all of which have this number.
  private func profile(_ rows: [[UInt64]], tid: Int32 = 7, _ marks: [ProfileMark]) -> [ThreadID?] {
    var builder = ProfileBuilder()
    for (index, times) in rows.enumerated() {
      let process = builder.add(ProcessRecord(pid: 5, name: "\(index)"))
      let thread = builder.add(ThreadRecord(process: process, tid: tid, name: "\(index)"))
      for time in times { builder.profile.samples.append(Sample(time: time, thread: thread, stack: nil)) }
    }
    var profile = builder.profile
    profile.samples.sort { $0.time < $1.time }
    profile.marks = marks
    profile.placeMarks()
    return profile.marks.map(\.thread)
  }

  private func mark(_ kind: ProfileMark.Kind, _ time: UInt64, tid: Int32 = 7) -> ProfileMark {
    ProfileMark(kind, time: time, numbers: .init(pid: 5, tid: tid), parent: .init(pid: 1, tid: 1))
  }

  @Test func `a shell that becomes another program has a mark on each of its lanes`() {
    let marks = [mark(.processBegan, 10), mark(.exec, 30), mark(.processEnded, 60)]
    let expected = [0, 1, 1].map { ThreadID(index: $0) }
    #expect(profile([[15, 20], [35, 50]], marks) == expected)
    // What is sampled behind the record of its end is still its own.
    #expect(profile([[15, 20], [35, 61]], marks) == expected)
    // Under the same name both are one row.
    #expect(profile([[15, 20, 35, 50]], marks) == [0, 0, 0].map { ThreadID(index: $0) })
  }

  @Test func `a number that is used again is another thread`() {
    let marks = [
      mark(.threadBegan, 10), mark(.threadEnded, 20), mark(.threadBegan, 30), mark(.threadEnded, 40),
      mark(.threadBegan, 50), mark(.threadEnded, 60),
    ]
    // The one in between was never sampled.
    #expect(
      profile([[11, 19], [55]], marks) == [0, 0, nil, nil, 1, 1].map { $0.map { ThreadID(index: $0) } })
  }

  @Test func `what was there from the start has no beginning`() {
    let marks = [mark(.exec, 5), mark(.threadEnded, 20), mark(.exec, 30, tid: 8)]
    #expect(profile([[1, 2], [11]], marks) == [ThreadID(index: 1), ThreadID(index: 1), nil])
  }

  @Test func `whoever made a thread is told of it under the name of then`() {
    var builder = ProfileBuilder()
    for name in ["sh", "make"] {
      let process = builder.add(ProcessRecord(pid: 1, name: name))
      _ = builder.add(ThreadRecord(process: process, tid: 1, name: name))
    }
    for (time, thread) in [(10, 0), (20, 0), (30, 1), (90, 1)] as [(UInt64, Int)] {
      builder.profile.samples.append(Sample(time: time, thread: ThreadID(index: thread), stack: nil))
    }
    var profile = builder.profile
    profile.marks = [mark(.processBegan, 5), mark(.processBegan, 25), mark(.processBegan, 50)]
    profile.placeMarks()
    #expect(profile.marks.map(\.maker) == [0, 0, 1].map { ThreadID(index: $0) })
    #expect(profile.marks.allSatisfy { $0.thread == nil })
  }

  @Test func `any marks are placed somewhere, in time that is bounded`() {
    var random = UInt64(19)
    func next(_ limit: UInt64) -> UInt64 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (random >> 33) % limit
    }
    let rows = (0..<2000).map { _ in (0..<3).map { _ in next(1000) } }
    let marks = (0..<50_000).map { _ in
      mark(ProfileMark.Kind(rawValue: UInt8(next(6))) ?? .lost, next(1000), tid: 7)
    }
    let placed = profile(rows, marks.sorted { $0.time < $1.time })
    #expect(placed.count == marks.count)
  }
}
