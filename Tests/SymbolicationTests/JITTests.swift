import BinaryReading
import Foundation
import Glibc
import Testing

@testable import Symbolication

@Suite struct PerfMapTests {
  private let bench: Workbench
  init() throws { bench = try Workbench() }

  private func names(_ text: String, _ addresses: [UInt64]) throws -> ([String], PerfMap) {
    try bench.write("map", text)
    var map = PerfMap(path: bench.path("map"))
    return (map.symbolize(addresses: addresses).frames.map { $0[0].name }, map)
  }

  @Test func `names are the rest of the line`() throws {
    let (names, map) = try names(
      "1000 10 LazyCompile:~add /srv/app.js:3\n0x2000 0x20 second\n", [0xFFF, 0x1000, 0x100F, 0x1010, 0x2010])
    #expect(
      names == [
        "[jit]+0xfff", "add app.js:3", "add app.js:3",
        "[jit]+0x1010", "second",
      ])
    #expect(map.malformedLines == 0)
  }

  @Test func `later lines win where they overlap`() throws {
    let (names, _) = try names("1000 100 old\n1040 20 new\n", [0x1000, 0x1040, 0x105F, 0x1060])
    #expect(names == ["old", "new", "new", "old"])
  }

  @Test func `garbage is counted and passed over`() throws {
    let (names, map) = try names(
      "rubbish\n\n1000 10\n1000 0 empty\nffffffffffffffffff 1 long\n-1 2 x\n1000 10 good\nffffffffffffff00 1000 wraps\n",
      [0x1000, 0xFFFF_FFFF_FFFF_FF80])
    #expect(names == ["good", "wraps"])
    #expect(map.malformedLines == 5)
  }

  @Test func `a line of a megabyte is no name of a megabyte`() throws {
    let (names, _) = try names(
      "1000 10 " + String(repeating: "a", count: 1 << 20) + "\n2000 10 next\n", [0x1000, 0x2000])
    #expect(names[0].utf8.count <= TextLines.lineLimit + (1 << 17))
    #expect(names[1] == "next")
  }

  @Test func `a map of another user is refused`() throws {
    let pid = getpid()
    let path = "/tmp/perf-\(pid).map"
    try Data("1000 10 mine\n".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    var process = try #require(JITProcess(pid: pid))
    #expect(process.namespacePID == pid)
    #expect(process.sharesFileSystems)
    var found = PerfMap.find(process)
    #expect(found.map?.symbolize(addresses: [0x1008]).frames[0][0].name == "mine")
    process.user += 1
    let refused = PerfMap.find(process)
    #expect(refused.map == nil)
    #expect(refused.problem?.description.contains("its owner is not user") == true)
  }
}

@Suite struct JITDumpTests {
  private let bench: Workbench
  init() throws { bench = try Workbench() }

  private static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  static func record(_ id: UInt32, time: UInt64, _ body: [UInt8]) -> [UInt8] {
    bytes(id) + bytes(UInt32(16 + body.count)) + bytes(time) + body
  }

  static func header(flags: UInt64 = 0) -> [UInt8] {
    bytes(0x4A69_5444 as UInt32) + bytes(1 as UInt32) + bytes(40 as UInt32) + bytes(62 as UInt32) + bytes(0 as UInt32)
      + bytes(7 as UInt32) + bytes(0 as UInt64) + bytes(flags)
  }

  static func load(_ name: String, at start: UInt64, size: UInt64, index: UInt64, time: UInt64) -> [UInt8] {
    let numbers = bytes(7 as UInt32) + bytes(7 as UInt32) + bytes(start) + bytes(start) + bytes(size) + bytes(index)
    return record(0, time: time, numbers + Array(name.utf8) + [0] + [UInt8](repeating: 0x90, count: Int(size)))
  }

  static func move(index: UInt64, to start: UInt64, size: UInt64, time: UInt64) -> [UInt8] {
    let numbers = bytes(7 as UInt32) + bytes(7 as UInt32) + bytes(start) + bytes(0 as UInt64) + bytes(start)
    return record(1, time: time, numbers + bytes(size) + bytes(index))
  }

  static func lines(_ start: UInt64, _ entries: [(UInt64, UInt32, String)]) -> [UInt8] {
    var body = bytes(start) + bytes(UInt64(entries.count))
    for (address, line, file) in entries {
      body += bytes(address) + bytes(line) + bytes(0 as UInt32) + (file.isEmpty ? [0xFF] : Array(file.utf8)) + [0]
    }
    return record(2, time: 1, body)
  }

  private func dump(_ bytes: [UInt8]) throws -> JITDump {
    try bench.write("jit-7.dump", bytes)
    return try JITDump(file: FileReader(path: bench.path("jit-7.dump")))
  }

  private static func name(_ dump: JITDump, _ address: UInt64, _ time: UInt64?) -> String? {
    let frame = dump.symbolize([(address, time)]).frames[0][0]
    return frame.isSymbolized ? frame.name : nil
  }

  @Test func `a dump that its writer has not finished is no broken one`() throws {
    let whole = Self.header() + Self.load("first", at: 0x1000, size: 16, index: 1, time: 100)
    let next = Self.load("second", at: 0x2000, size: 16, index: 2, time: 200)
    // Cut anywhere, or made longer for what is to come.
    for rest in [[], Array(next.prefix(7)), Array(next.prefix(60)), [UInt8](repeating: 0, count: 4_096)] {
      let dump = try dump(whole + rest)
      #expect(Self.name(dump, 0x1001, 150) == "first")
      #expect(dump.malformedRecords == 0)
      #expect(dump.symbolize([(0x2001, 250)]).problem == nil)
    }
    for count in [0, 3, 20, 40] {
      let dump = try dump(Array(whole.prefix(count)))
      #expect((dump.codeCount, dump.malformedRecords) == (0, 0))
    }
    #expect(throws: JITDump.Failure.notJITDump) { try dump([1, 2, 3]) }
    #expect(
      try dump(whole + Self.bytes(9 as UInt32) + Self.bytes(3 as UInt32) + Self.bytes(0 as UInt64))
        .malformedRecords == 1)
  }

  @Test func `addresses are used again over time`() throws {
    let dump = try dump(
      Self.header() + Self.load("first", at: 0x1000, size: 16, index: 1, time: 100)
        + Self.load("second", at: 0x1008, size: 16, index: 2, time: 200))
    #expect(Self.name(dump, 0x1009, 150) == "first")
    #expect(Self.name(dump, 0x1009, 250) == "second")
    #expect(Self.name(dump, 0x1001, 250) == "first")
    #expect(Self.name(dump, 0x1009, 50) == "first")
    #expect(Self.name(dump, 0x1018, 250) == nil)
  }

  static func unwinding(_ frames: [UInt8], header: [UInt8], statedSize: UInt64? = nil) -> [UInt8] {
    let size = statedSize ?? UInt64(frames.count + header.count)
    return record(4, time: 1, bytes(size) + bytes(UInt64(header.count)) + bytes(0 as UInt64) + frames + header)
  }

  @Test func `unwinding records belong to the load that follows`() throws {
    try bench.write(
      "jit-7.dump",
      Self.header() + Self.unwinding([1, 2, 3], header: [9, 9])
        + Self.load("first", at: 0x1000, size: 11, index: 1, time: 100)
        + Self.load("second", at: 0x2000, size: 16, index: 2, time: 200)
        // Says that it's longer than its record.
        + Self.unwinding([1, 2, 3], header: [], statedSize: .max)
        + Self.load("third", at: 0x3000, size: 16, index: 3, time: 300))
    var tail = JITDumpTail(file: try FileReader(path: bench.path("jit-7.dump")))
    let taken = tail.takeUnwinding(at: 1_000, now: { 1_000 })
    #expect(taken.map(\.range) == [0x1000..<0x100B])
    #expect(taken.first?.frames == [1, 2, 3])
    #expect(taken.first?.address == 0x1010)
    #expect(tail.takeUnwinding(at: 2_000, now: { 2_000 }).isEmpty)
  }

  @Test func `code moves`() throws {
    let dump = try dump(
      Self.header() + Self.load("f", at: 0x1000, size: 16, index: 1, time: 100)
        + Self.move(index: 1, to: 0x5000, size: 16, time: 200) + Self.move(index: 9, to: 0x6000, size: 16, time: 300))
    #expect(Self.name(dump, 0x5004, 250) == "f")
    #expect(dump.malformedRecords == 1)
  }

  @Test func `lines precede their code`() throws {
    let dump = try dump(
      Self.header() + Self.lines(0x1000, [(0x1000, 3, "a.js"), (0x1008, 4, "")])
        + Self.load("f", at: 0x1000, size: 16, index: 1, time: 100))
    let frame = dump.symbolize([(0x1009, nil)]).frames[0][0]
    #expect(frame.file == "a.js")
    #expect(frame.line == 4)
  }

  @Test func `lines outside of their code are not believed`() throws {
    let dump = try dump(
      Self.header() + Self.lines(0x1000, [(0x1000, 3, "a.js"), (0x9000, 4, "")])
        + Self.load("f", at: 0x1000, size: 16, index: 1, time: 100))
    #expect(dump.symbolize([(0x1009, nil)]).frames[0][0].file == nil)
    #expect(dump.malformedRecords == 1)
  }

  @Test func `other clocks are not compared`() throws {
    let dump = try dump(
      Self.header(flags: 1) + Self.load("a", at: 0x1000, size: 16, index: 1, time: 100)
        + Self.load("b", at: 0x1000, size: 16, index: 2, time: 200))
    #expect(Self.name(dump, 0x1000, 150) == "b")
  }

  @Test func `a dump cut anywhere gives what precedes the cut`() throws {
    let whole =
      Self.header() + Self.load("f", at: 0x1000, size: 16, index: 1, time: 100)
      + Self.lines(0x2000, [(0x2000, 3, "a.js")]) + Self.load("g", at: 0x2000, size: 16, index: 2, time: 100)
    for count in 40...whole.count { #expect(try dump(Array(whole.prefix(count))).codeCount <= 2) }
    #expect(try dump(Array(whole.prefix(39))).codeCount == 0)
    #expect(throws: JITDump.Failure.notJITDump) { try dump([UInt8](repeating: 7, count: 100)) }
  }

  @Test func `a dump is followed while it grows`() throws {
    try bench.write("jit-7.dump", [UInt8]())
    var tail = JITDumpTail(file: try FileReader(path: bench.path("jit-7.dump")))
    func see(_ address: UInt64, _ time: UInt64) -> UInt16 { tail.occupant(of: address, at: time) { time } }
    #expect(see(0x1000, 50) == 0)
    let first = Self.header() + Self.load("first", at: 0x1000, size: 16, index: 1, time: 100)
    try bench.write("jit-7.dump", first)
    #expect(see(0x1000, 110) == 1)
    let second = Self.load("second", at: 0x1000, size: 16, index: 2, time: 200)
    // A record that is only half there is taken when it is whole.
    try bench.write("jit-7.dump", first + second.prefix(70))
    #expect(see(0x1000, 210) == 1)
    let again = Self.load("first", at: 0x1000, size: 16, index: 3, time: 300)
    try bench.write("jit-7.dump", first + second + again)
    #expect(see(0x1000, 220) == 2)
    // Loaded again, it is the function that was there before; samples may be older than what is known by now.
    #expect(see(0x1000, 310) == 1)
    #expect(see(0x1000, 299) == 2)
    #expect(see(0x1004, 299) == 1)
    #expect(see(0x9000, 310) == 0)
    let names = tail.symbolize([(0x1000, 0), (0x1000, 1), (0x1000, 2), (0x1004, 1), (0x9000, 0)]).frames.map {
      $0[0].name
    }
    #expect(names == ["first", "first", "second", "second", "[jit]+0x9000"])
  }
}
