import BinaryReading
import ProfileModel
import RecordingSchema
import Testing

@testable import RecordingFormat

/// Files of some hundred bytes that stand for more than any machine has.
struct ReadingBudgetTests {
  /// One process, thread and module, `frames` frames in it and a stack of each.
  private func chunk(frames: Int, samples: Int = 1) -> Recording_Chunk {
    .with {
      $0.modules = [.with { $0.path = "/bin/x" }]
      $0.processes = [.with { $0.name = "x" }]
      $0.threads = [.with { $0.name = "x" }]
      $0.frames = .with {
        $0.module = Array(repeating: 1, count: frames)
        $0.address = Array(repeating: 1, count: frames)
      }
      $0.stacks = .with {
        $0.parent = Array(repeating: 0, count: frames)
        $0.frame = (0..<frames).map { $0 == 0 ? 0 : 1 }
      }
      $0.samples = .with {
        $0.time = Array(repeating: 0, count: samples)
        $0.thread = Array(repeating: 0, count: samples)
        $0.stack = (0..<samples).map { $0 == 0 ? 1 : 0 }
      }
    }
  }

  private func read(_ chunks: [Recording_Chunk], _ budget: ReadingBudget = ReadingBudget()) throws -> Profile {
    let plain: [[UInt8]] = try chunks.map { try $0.serializedBytes() }
    return try RecordingReader.read(RecordingReader.file(ofPlainChunks: plain), path: "test", budget: budget)
  }

  private func exceeded(_ resource: ReadingBudget.Resource, _ limit: Int) -> RecordingError {
    .tooLarge(path: "test", ReadingBudget.Exceeded(resource: resource, limit: limit))
  }

  @Test func `samples of all chunks together are limited`() throws {
    let budget = ReadingBudget().limiting(.samples, to: 5)
    var more = Recording_Chunk()
    more.samples = chunk(frames: 1, samples: 3).samples
    #expect(try read([chunk(frames: 1, samples: 2), more], budget).samples.count == 5)
    #expect(throws: exceeded(.samples, 5)) { try read([chunk(frames: 1, samples: 3), more], budget) }
  }

  @Test func `frames multiplied by inlined calls are limited`() throws {
    var names = Recording_Chunk()
    names.symbols = [
      .with {
        $0.functions = [.with { $0.name = "f" }]
        $0.places = .with {
          $0.address = Array(repeating: 1, count: 10)
          $0.lines = Array(repeating: 100, count: 10)
          $0.function = Array(repeating: 0, count: 1_000)
          $0.line = Array(repeating: 1, count: 1_000)
        }
      }
    ]
    #expect(try read([chunk(frames: 10), names]).frames.count == 1_000)
    #expect(throws: exceeded(.frames, 999)) {
      try read([chunk(frames: 10), names], ReadingBudget().limiting(.frames, to: 999))
    }
    #expect(throws: exceeded(.depth, 99)) {
      try read([chunk(frames: 10), names], ReadingBudget().limiting(.depth, to: 99))
    }
  }

  @Test func `messages are counted before they are decoded`() throws {
    // Field 11, length 0: two bytes that become an object each.
    let plain = [UInt8]([0x5A, 0x00].cycled(3_000_000))
    #expect(throws: exceeded(.rows, 2_000_000)) {
      try RecordingReader.read(RecordingReader.file(ofPlainChunks: [plain]), path: "test")
    }
  }

  @Test func `weights that can't be added up are refused`() throws {
    var damaged = Recording_Chunk()
    damaged.samples = chunk(frames: 1, samples: 2).samples
    damaged.samples.weight = [UInt64(Int64.max), 1]
    let profile = try read([chunk(frames: 1), damaged])
    #expect(profile.samples.map(\.weight) == [1])
    #expect(!profile.metadata.isComplete)
  }

  @Test func `a recording is read from pieces of any size`() throws {
    let plain: [[UInt8]] = try [chunk(frames: 9).serializedBytes(), chunk(frames: 0).serializedBytes()]
    let file = RecordingReader.file(ofPlainChunks: plain)
    for size in [1, 7, 16, 33, file.count] {
      var stream = RecordingStream(path: "test")
      for start in stride(from: 0, to: file.count, by: size) {
        let piece = Array(file[start..<min(file.count, start + size)])
        #expect(try stream.consume(piece.rawSpan))
      }
      #expect(try stream.finish(fileBytes: file.count).frames.count == 9)
    }
  }

  @Test func `what follows the first bad chunk is not read`() throws {
    let plain: [[UInt8]] = try [chunk(frames: 1).serializedBytes()]
    var stream = RecordingStream(path: "test")
    let file = RecordingReader.file(ofPlainChunks: plain) + [UInt8](repeating: 0, count: 64)
    #expect(try !stream.consume(file.rawSpan))
    #expect(try !stream.consume(file.rawSpan))
    #expect(try stream.finish(fileBytes: 1 << 40).metadata.isComplete == false)
  }
}

extension [UInt8] {
  fileprivate func cycled(_ count: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count * self.count)
    for _ in 0..<count { result += self }
    return result
  }
}
