import ProfileModel
import RecordingSchema
import Testing

@testable import RecordingFormat

/// Async callers and what runs their tasks, as recordings hold and readers show them.
@Suite struct AsyncFramesTests {
  /// A stack: main ► run ► [Swift task] ► begin (async) ► thunk (async) ► begin, the last on the stack.
  private func recording() throws -> [UInt8] {
    var log = RecordingLog()
    let module = log.add(RecordedModule(path: "/app", kind: .file))
    let process = log.add(ProcessRecord(pid: 1, name: "app"))
    let thread = log.add(ThreadRecord(process: process, tid: 1, name: "app"))
    var stack: StackID?
    for frame in [
      log.frame(module: module, address: 0x10), log.frame(module: module, address: 0x20),
      log.frame(of: .task(name: "fetch")), log.frame(module: module, address: 0x30, isAsyncCaller: true),
      log.frame(module: module, address: 0x40, isAsyncCaller: true), log.frame(module: module, address: 0x30),
    ] {
      stack = log.stack(parent: stack, frame: frame)
    }
    log.add(time: 0, thread: thread, stack: stack)
    var names = RecordedNames(module: module)
    for (index, name) in ["main", "run", "begin", "thunk for @escaping @async () -> ()"].enumerated() {
      _ = names.add(RecordedFunction(name: name))
      names.addLine(function: UInt32(index), number: 1)
      names.add(address: UInt64(index + 1) * 0x10)
    }
    names.source = ".symtab"
    let chunks = log.takeChunks(RecordingCounters()) + RecordingChunk.chunks(of: names, limit: 1 << 20)
    var bytes = ChunkFraming.fileHeader
    for chunk in chunks { bytes += ChunkFraming.frame(try chunk.message.serializedBytes()) }
    return bytes
  }

  private func path(_ details: RecordingDetails) throws -> [String] {
    let profile = try RecordingReader.read(try recording(), path: "test", showing: details)
    let stack = try #require(profile.samples.first?.stack)
    return profile.stacks.path(to: stack).map { index in
      let frame = profile.frames[Int(index)]
      return "\(profile.functions[frame.function.index].name) \(frame.kind)"
    }
  }

  @Test func `a task is the root of its stacks, and thunks among callers are left out`() throws {
    #expect(try path([]) == ["[Swift task: fetch] task", "begin asyncCaller", "begin user"])
  }

  @Test func `executors and thunks are shown when asked for`() throws {
    #expect(
      try path([.executorFrames, .thunks]) == [
        "main user", "run user", "[Swift task: fetch] task", "begin asyncCaller",
        "thunk for @escaping @async () -> () asyncCaller", "begin user",
      ])
  }

  @Test func `kinds of frames that do not match the rows are refused`() throws {
    var chunk = Recording_Chunk()
    chunk.modules = [.with { $0.path = "/app" }]
    chunk.frames = .with { ($0.module, $0.address, $0.kind) = ([1, 1], [1, 1], [1]) }
    let bytes = ChunkFraming.fileHeader + ChunkFraming.frame(try chunk.serializedBytes())
    #expect(throws: RecordingError.self) { try RecordingReader.read(bytes, path: "test") }
  }
}
