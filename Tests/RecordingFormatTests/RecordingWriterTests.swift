import Glibc
import ProfileModel
import RecordingSchema
import Testing

@testable import RecordingFormat

/// Chunks of samples each on a stack of their own, a second apart.
private struct Chunks {
  private var log = RecordingLog()
  private var thread: ThreadID
  private var count: UInt64 = 0

  init() {
    _ = log.add(RecordedModule(path: "/usr/bin/example", kind: .file))
    thread = log.add(ThreadRecord(process: log.add(ProcessRecord(pid: 1, name: "example")), tid: 1, name: "example"))
  }

  mutating func next(samples: Int, limit: Int = RecordingChunk.usualBytes) -> [RecordingChunk] {
    for _ in 0..<samples {
      let frame = log.frame(module: 0, address: 0x1000 + count)
      log.add(time: count * 1_000_000, thread: thread, stack: log.stack(parent: nil, frame: frame))
      count += 1
    }
    return log.takeChunks(RecordingCounters(), limit: limit)
  }
}

/// Whether each sample is on the stack that it was taken on, at its time.
private func holdTogether(_ profile: Profile) -> Bool {
  profile.samples.allSatisfy { sample in
    guard let stack = sample.stack else { return false }
    return profile.frames[Int(profile.stacks.frame(of: stack))].address == 0x1000 + sample.time / 1_000_000_000
  }
}

private func memoryFile() throws -> Int32 {
  var path = Array("/tmp/perfprof-writer.XXXXXX\0".utf8CString)
  let descriptor = mkstemp(&path)
  try #require(descriptor >= 0)
  unlink(path)
  return descriptor
}

@Suite struct RecordingWriterTests {
  @Test func `what was appended is read back, on disk and in memory`() throws {
    let descriptor = try memoryFile()
    let copy = dup(descriptor)
    defer { close(copy) }
    let writer = RecordingWriter(path: "memory", owning: descriptor)
    var chunks = Chunks()
    for _ in 0..<3 { for chunk in chunks.next(samples: 50) { writer.append(chunk) } }
    #expect(writer.finish() == nil)
    #expect(writer.losses == .init())
    let profile = try RecordingReader.read(try writer.contents(), path: "memory")
    #expect(profile.samples.count == 150)
    #expect(holdTogether(profile))
    let size = try writer.contents().count
    var status = stat()
    #expect(fstat(copy, &status) == 0 && Int(status.st_size) == size)
  }

  @Test func `a full disk is told with the system's cause, and nothing is lost while there is memory`() throws {
    let writer = RecordingWriter(path: "/dev/full", owning: open("/dev/full", O_RDWR | O_CLOEXEC))
    var chunks = Chunks()
    for chunk in chunks.next(samples: 50) { writer.append(chunk) }
    #expect(writer.finish() == ENOSPC)
    #expect(writer.losses.refusal == ENOSPC)
    #expect(writer.losses.samples == 0)
    #expect(try RecordingReader.read(try writer.contents(), path: "/dev/full").samples.count == 50)
  }

  @Test func `past what may wait, samples are left out and counted; the others keep stacks and times`() throws {
    let writer = RecordingWriter(
      path: "/dev/full", owning: open("/dev/full", O_RDWR | O_CLOEXEC), largestBacklog: 3_000)
    var chunks = Chunks()
    for chunk in chunks.next(samples: 20) { writer.append(chunk) }
    for chunk in chunks.next(samples: 2_000) { writer.append(chunk) }
    _ = writer.finish()
    // Compressed, what waits is small again.
    for chunk in chunks.next(samples: 3) { writer.append(chunk) }
    #expect(writer.finish() == ENOSPC)
    #expect(writer.losses.samples == 2_000)
    let profile = try RecordingReader.read(try writer.contents(), path: "/dev/full")
    #expect(profile.samples.count == 23)
    #expect(profile.stacks.count == 2_023)
    #expect(holdTogether(profile))
  }

  @Test func `a chunk that readers would refuse is not written, nor what refers to it, and that is an error`() throws {
    let writer = RecordingWriter(path: "memory", owning: try memoryFile(), largestChunk: 4_096)
    var chunks = Chunks()
    for samples in [20, 5_000, 20] { for chunk in chunks.next(samples: samples) { writer.append(chunk) } }
    #expect(writer.finish() == EFBIG)
    #expect(writer.losses.chunks == 2)
    let profile = try RecordingReader.read(try writer.contents(), path: "memory")
    #expect(profile.samples.count == 20)
    #expect(!profile.metadata.isComplete)
  }

  @Test(arguments: [100, 1_000, 5_000])
  func `rows that would make too large a chunk are put into several`(limit: Int) throws {
    let writer = RecordingWriter(path: "memory", owning: try memoryFile(), largestChunk: limit + 100)
    var chunks = Chunks()
    var count = 0
    for samples in [20, 3_000, 1, 700] {
      for chunk in chunks.next(samples: samples, limit: limit) {
        writer.append(chunk)
        count += 1
      }
    }
    #expect(writer.finish() == nil)
    #expect(count > 3_721 * 20 / limit)
    let profile = try RecordingReader.read(try writer.contents(), path: "memory")
    #expect(profile.samples.count == 3_721)
    #expect(holdTogether(profile))
  }
}
