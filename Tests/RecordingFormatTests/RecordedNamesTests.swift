import ProfileModel
import RecordingSchema
import Testing

@testable import RecordingFormat

@Suite struct RecordedNamesTests {
  /// At address 16·i: function i, inlined into function i - 1 or, at the first, none.
  private func example(_ count: UInt32) -> RecordedNames {
    var names = RecordedNames(module: 0)
    for index in 0..<count {
      _ = names.add(RecordedFunction(name: "function\(index)", isForwarder: index == 3))
      names.addLine(function: index, number: index)
      if index > 0 { names.addLine(function: index - 1, number: 7) }
      names.add(address: UInt64(index) * 16)
    }
    names.source = ".symtab"
    names.problem = .gaps
    return names
  }

  private func lines(_ names: RecordedNames, at address: UInt64) -> [String] {
    names.lines(at: address).map { "\(names.functions[Int(names.lineFunctions[$0])].name):\(names.lineNumbers[$0])" }
  }

  /// What a reader makes of the chunks that names are written as.
  private func read(_ chunks: [RecordingChunk]) throws -> RecordedNames {
    var read = RecordedNames(module: 0)
    for chunk in chunks {
      let message = try Recording_Chunk(serializedBytes: chunk.message.serializedBytes() as [UInt8])
      for part in message.symbols { read.append(RecordedNames(part)) }
      for update in message.moduleUpdates { read.add(update) }
    }
    return read
  }

  @Test(arguments: [100, 2_000, RecordingChunk.usualBytes])
  func `names are read back from however many chunks they took`(limit: Int) throws {
    let names = example(200)
    let chunks = RecordingChunk.chunks(of: names, limit: limit)
    #expect((chunks.count > 1) == (limit < 10_000))
    for chunk in chunks {
      let bytes: [UInt8] = try chunk.message.serializedBytes()
      #expect(bytes.count <= limit + 200)
    }
    let copy = try read(chunks)
    for index in 0..<UInt64(200) { #expect(lines(copy, at: index * 16) == lines(names, at: index * 16)) }
    #expect(lines(copy, at: 8).isEmpty)
    #expect(copy.source == ".symtab" && copy.problem == .gaps)
    #expect(copy.functions.allSatisfy { $0.isForwarder == ($0.name == "function3") })
  }

  @Test func `a part that does not come behind takes the place of what was there`() throws {
    var names = example(5)
    var later = RecordedNames(module: 0)
    _ = later.add(RecordedFunction(name: "again"))
    later.addLine(function: 0, number: 1)
    later.add(address: 32)
    names.append(later)
    #expect(lines(names, at: 32) == ["again:1"])
    #expect(lines(names, at: 16).isEmpty)
  }

  @Test func `a reference that leads nowhere is not taken for a function of the next part`() {
    func part(_ address: UInt64, _ function: UInt32) -> RecordedNames {
      RecordedNames(
        Recording_Symbols.with {
          $0.functions = [.with { $0.name = "only" }]
          $0.places = .with {
            $0.address = [address]
            $0.lines = [1]
            $0.function = [function]
            $0.line = [1]
          }
        })
    }
    var names = part(16, 1)
    names.append(part(32, 0))
    var lookup = ModuleNames(names, module: ModuleID(index: 0))
    var profile = Profile()
    #expect(lookup.line(at: lookup.lines(at: 16).lowerBound, in: &profile) == nil)
    #expect(lookup.line(at: lookup.lines(at: 32).lowerBound, in: &profile)?.number == 1)
  }

  @Test func `a module without names is told of all the same`() throws {
    var names = RecordedNames(module: 0)
    names.source = "none"
    names.wereFoundLater = true
    let chunks = RecordingChunk.chunks(of: names)
    #expect(chunks.count == 1)
    let copy = try read(chunks)
    #expect(copy.source == "none" && copy.wereFoundLater && copy.isEmpty && copy.problem == nil)
  }
}
