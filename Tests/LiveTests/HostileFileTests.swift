import Foundation
import Testing

extension LiveTests {
  /// Programs whose files lie: what is recorded is usable, and the module's problem is named.
  @Suite struct HostileFiles {
    /// A way to damage the file of `shares`, and what is said of it.
    struct Damage: CustomTestStringConvertible, Sendable {
      var testDescription: String
      var says: String
      /// Whether names are still there.
      var isNamed = true
      var change: @Sendable (inout DamagedImage) throws -> Void
    }

    private static let damages = [
      Damage(testDescription: "a symbol table of 2^63 bytes", says: ".symtab", isNamed: true) {
        try $0.resize(".symtab", to: 1 << 63)
      },
      Damage(testDescription: "names of symbols of 2^63 bytes", says: ".symtab") {
        try $0.resize(".strtab", to: 1 << 63)
      },
      Damage(testDescription: "debug information of 2^63 bytes", says: "debug information") {
        try $0.resize(".debug_info", to: 1 << 63)
      },
      Damage(testDescription: "two debug sections whose sizes add up to nothing", says: "debug information") {
        try $0.resize(".debug_info", to: 1 << 63)
        try $0.resize(".debug_str", to: 1 << 63)
      },
      Damage(testDescription: "compressed debug information that claims 2^60 bytes", says: "debug information") {
        let header = try $0.header(".debug_info")
        $0.put($0.number(at: header + 8, as: UInt64.self) | 0x800, at: header + 8)
        let start = try $0.contents(".debug_info").lowerBound
        $0.put(1 as UInt64, at: start)
        $0.put(1 << 60 as UInt64, at: start + 8)
      },
      Damage(testDescription: "no section headers", says: "unreadable", isNamed: false) {
        $0.put(1 << 62 as UInt64, at: 40)
      },
      Damage(testDescription: "a million sections", says: "unreadable", isNamed: false) {
        $0.put(0 as UInt16, at: 60)
        let table = Int($0.number(at: 40, as: UInt64.self))
        $0.put(1_000_000 as UInt64, at: table + 32)
      },
      Damage(testDescription: "entries of debug information that are all zero", says: "") {
        for place in try $0.contents(".debug_abbrev") { $0.bytes[place] = 0 }
      },
      Damage(testDescription: "debug information with every fifth bit flipped", says: "") {
        for place in try $0.contents(".debug_info").dropFirst(12) where place % 5 == 0 {
          $0.bytes[place] ^= 1 << (place % 8)
        }
      },
    ]

    @Test("A damaged file gives a whole profile and the module's problem", arguments: damages)
    func damaged(_ damage: Damage) throws {
      let folder = try TemporaryFolder()
      var image = try DamagedImage(Machine.sample("shares"))
      try damage.change(&image)
      let path = folder.path("shares")
      try image.write(to: path)
      let recorded = try Self.record(path)
      #expect(recorded.folded.rootedPercent >= 99.5, "\(recorded.summary)")
      #expect(
        recorded.folded.percent(through: "main;round_of_work") >= (damage.isNamed ? 90 : 0), "\(recorded.summary)")
      if !damage.says.isEmpty { try Self.expect(recorded, says: damage.says, of: path) }
    }

    @Test("A library that is cut after its start, behind what is loaded")
    func cut() throws {
      let folder = try TemporaryFolder()
      for file in ["plt", "libsample.so"] { try copyProgram(Machine.sample(file), to: folder.path(file)) }
      let library = folder.path("libsample.so")
      let end = try DamagedImage(library).loadedEnd
      let target = try ChildProcess([folder.path("plt"), "60"])
      try #require(target.waitUntilReady())
      #expect(truncate(library, off_t(end)) == 0)
      let recorded = try Recorded.attached(to: target.pid, seconds: 0.5)
      #expect(recorded.folded.rootedPercent >= 99, "\(recorded.summary)")
      #expect(recorded.folded.percent(through: "main;call_many") >= 90, "\(recorded.summary)")
      try Self.expect(recorded, says: "unreadable", of: library)
    }

    @Test("Unwind information that is overwritten is no reason to stop")
    func unwindInformation() throws {
      let folder = try TemporaryFolder()
      var image = try DamagedImage(Machine.sample("shares"))
      for place in try image.contents(".eh_frame") { image.bytes[place] = UInt8(truncatingIfNeeded: place &* 151) }
      try image.write(to: folder.path("shares"))
      let recorded = try Self.record(folder.path("shares"))
      #expect(recorded.folded.percent { $0.contains("fifty") } >= 40, "\(recorded.summary)")
    }

    @Test("Pipes in the places of files are left alone", arguments: ["shares-altlink", "inlining-split"])
    func pipes(_ sample: String) throws {
      let folder = try TemporaryFolder()
      var image = try DamagedImage(Machine.sample(sample))
      let (wanted, says) =
        sample == "inlining-split" ? ("inlining-split.dwo", "no regular file") : ("", "altlink.debug")
      if let end = wanted.isEmpty ? nil : image.bytes.firstRange(of: Array(wanted.utf8))?.lowerBound {
        // The whole path, up to the zero before it, becomes a name beside the program.
        let start = (image.bytes[..<end].lastIndex(of: 0) ?? end) + 1
        image.bytes.replaceSubrange(start..<start + 6, with: Array("a.dwo".utf8) + [0])
      }
      try image.write(to: folder.path(sample))
      for name in ["altlink.debug", "a.dwo"] { #expect(mkfifo(folder.path(name), 0o600) == 0) }
      let recorded = try Self.record(folder.path(sample))
      #expect(recorded.folded.rootedPercent >= 99.5, "\(recorded.summary)")
      try Self.expect(recorded, says: says, of: folder.path(sample))
    }

    @Test("Debug links that lead in a circle")
    func circle() throws {
      let folder = try TemporaryFolder()
      let made = try run(
        [
          "/bin/sh", "-ec",
          """
          strip -o shares "$0"; cp shares a.debug; cp shares b.debug
          objcopy --add-gnu-debuglink=b.debug a.debug; objcopy --add-gnu-debuglink=a.debug b.debug
          objcopy --add-gnu-debuglink=a.debug shares; objcopy --add-gnu-debuglink=shares a.debug
          """, Machine.sample("shares"),
        ], folder: folder.path)
      try #require(made.status == 0, "\(made.errors)")
      let recorded = try Self.record(folder.path("shares"))
      #expect(recorded.folded.rootedPercent >= 99.5, "\(recorded.summary)")
      try Self.expect(recorded, says: "a.debug", of: folder.path("shares"))
    }

    @Test("Compressed symbols that would fill the memory", .enabled(if: Machine.path(of: "xz") != nil, "xz is missing"))
    func bomb() throws {
      let folder = try TemporaryFolder()
      let made = try run(
        ["/bin/sh", "-c", "head -c 400000000 /dev/zero | xz -0 >bomb"], folder: folder.path)
      try #require(made.status == 0, "\(made.errors)")
      var image = try DamagedImage(Machine.sample("shares-minidebug"))
      try image.replace(
        ".gnu_debugdata", by: [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path("bomb")))))
      try image.write(to: folder.path("shares"))
      let recorded = try Self.record(folder.path("shares"))
      #expect(recorded.folded.rootedPercent >= 99.5, "\(recorded.summary)")
      try Self.expect(recorded, says: ".gnu_debugdata", of: folder.path("shares"))
    }

    @Test("Ten million symbols")
    func manySymbols() throws {
      let folder = try TemporaryFolder()
      var image = try DamagedImage(Machine.sample("shares"))
      let text = image.number(at: try image.header(".text") + 16, as: UInt64.self)
      let size = UInt64(try image.contents(".text").count)
      let names = UInt64(try image.contents(".strtab").count)
      let own = Data(image.bytes[try image.contents(".symtab")])
      var piece: [UInt64] = []
      // Three words each (`Elf64_Sym`): functions all over the code, larger than the true ones.
      for index in 0..<100_000 as Range<UInt64> {
        piece += [index % names | 0x12 << 32 | 13 << 48, text + index % size, 64 + index % 4096]
      }
      let part = piece.withUnsafeBytes { Data($0) }
      let header = try image.header(".symtab")
      image.put(UInt64(image.bytes.count), at: header + 24)
      image.put(UInt64(own.count + 100 * part.count), at: header + 32)
      try image.write(to: folder.path("shares"))
      let file = try #require(FileHandle(forWritingAtPath: folder.path("shares")))
      try file.seekToEnd()
      try file.write(contentsOf: own)
      for _ in 0..<100 { try file.write(contentsOf: part) }
      try file.close()
      let recorded = try Self.record(folder.path("shares"))
      #expect(recorded.folded.rootedPercent >= 99.5, "\(recorded.summary)")
      #expect(recorded.unnamedPercent < 1, "\(recorded.summary)")
    }

    @Test("A perf map of hundreds of megabytes with a line without end")
    func longMap() throws {
      let target = try ChildProcess([Machine.sample("jit"), "60", "map"])
      try #require(target.waitUntilReady())
      let path = "/tmp/perf-\(target.pid).map"
      defer { unlink(path) }
      let map = try #require(FileHandle(forWritingAtPath: path))
      try map.seekToEnd()
      let lines = Data((0..<20_000).map { "\(String(0x1000_0000 + 64 * $0, radix: 16)) 40 f\($0)\n" }.joined().utf8)
      for _ in 0..<500 { try map.write(contentsOf: lines) }
      for _ in 0..<50 { try map.write(contentsOf: Data(repeating: 0x78, count: 1 << 20)) }
      let recorded = try Recorded.attached(to: target.pid, seconds: 0.5)
      #expect(recorded.folded.percent(through: "main;run;jit_outer;jit_inner") >= 98, "\(recorded.summary)")
      try Self.expectModestMemory(recorded)
    }

    /// Records that a jitdump must not have.
    static let absurdRecords: [[UInt64]] = [
      // A load of 2^63 bytes of code; lines whose count is 2^60.
      [64 << 32, 5, 7 | 7 << 32, 0x100, 0x100, 1 << 63, 99, 0x61],
      [2 | 32 << 32, 6, 0x100, 1 << 60],
      // A record of 4 GB: nothing can follow it.
      [0xFFFF_FFFF << 32, 7],
    ]

    @Test("A jitdump with records of absurd sizes")
    func absurdDump() throws {
      let folder = try TemporaryFolder()
      let target = try ChildProcess([Machine.sample("jit"), "60", "dump"], folder: folder.path)
      try #require(target.waitUntilReady())
      let dump = try #require(FileHandle(forWritingAtPath: folder.path("jit-\(target.pid).dump")))
      try dump.seekToEnd()
      for record in Self.absurdRecords { try dump.write(contentsOf: record.withUnsafeBytes { Data($0) }) }
      let recorded = try Recorded.attached(to: target.pid, seconds: 0.5)
      #expect(recorded.folded.percent(through: "main;run;jit_outer;jit_inner") >= 98, "\(recorded.summary)")
      try Self.expectModestMemory(recorded)
    }

    // MARK: Parts

    private static func record(_ path: String) throws -> Recorded {
      let target = try ChildProcess([path, "60"])
      try #require(target.waitUntilReady())
      let recorded = try Recorded.attached(to: target.pid, seconds: 0.5)
      #expect(!target.hasEnded)
      try expectModestMemory(recorded)
      return recorded
    }

    /// `info` names the module and its problem.
    private static func expect(_ recorded: Recorded, says text: String, of module: String) throws {
      let info = try perfprof("info", recorded.folder.path("out.perfprof")).output
      let lines = info.split(separator: "\n").filter { $0.contains(module + ":") || $0.contains(module + " (build ID") }
      #expect(lines.contains { $0.contains(text) }, "\(info)")
    }

    private static func expectModestMemory(_ recorded: Recorded) throws {
      #expect(recorded.outcome.status == 0, "\(recorded.outcome.errors)")
      #expect(try #require(recorded.number("profiler", "peakResidentBytes")) < 1e9)
    }
  }
}
