import BinaryReading
import Foundation
import ProfileModel
import Testing

@testable import ProfileFormats

/// Files that other programs wrote, each with a fault or a custom that readers stumble over; `Fixtures` holds them, and
/// here stands what is right. perf's documentation and source, pprof's schema and what stackcollapse-perf.pl, inferno,
/// flamegraph.pl and `go tool pprof` make of the same files are the judges.
@Suite struct FilesFromElsewhereTests {
  private static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))))
  }

  /// The file as the command line reads it.
  static func read(_ packed: [UInt8]) throws -> (profile: Profile, baseline: Profile?) {
    var plain = packed
    if let compression = Decompressor.Compression(packed), var stream = Decompressor(compression) {
      plain = []
      var offered: [UInt8]? = packed
      while let piece = try stream.next(offering: &offered) { plain += piece }
      try stream.finish()
    }
    if TextEncoding.isMarked(plain) {
      var encoding = TextEncoding()
      plain = encoding.decode(plain)
    }
    switch InputFormat.recognize(plain.rawSpan, isWhole: true) {
    case .known(.folded):
      let contents = try FoldedReader.read(plain.rawSpan)
      return (contents.profile, contents.baseline)
    case .known(.perfScript): return (try PerfScriptReader.read(plain.rawSpan), nil)
    case .known(.pprof): return (try Pprof.read(plain), nil)
    case .known(.speedscope): return (try Speedscope.read(plain), nil)
    default: throw ProfileFormatError.noSamples(format: "any", badLine: nil)
    }
  }

  private static func folded(_ profile: Profile, _ value: String? = nil) -> [String] {
    var selected = profile.preferred
    if let id = value.flatMap({ profile.valueType(named: $0) }) { selected = selected.with(id) }
    return String(decoding: FoldedStacks.bytes(of: selected), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test(
    arguments: [
      ("01-hex-comm.perf.txt", ["dd;copy_block 3", "ls;do_sys_open_[k] 1"]),
      ("02-exec-without-pid.perf.txt", ["gzip;deflate_fast 3", "sh;parse_command 2"]),
      ("03-two-events.perf.txt", ["app;main;work 3"]),
      ("04-frames-not-indented.perf.txt", ["app;main;idle 1", "app;main;work 1"]),
      ("05-no-event-column.perf.txt", ["app;main;idle 1", "app;main;work 1"]),
      ("06-misc-column.perf.txt", ["app;main;idle 1", "app;main;work 2"]),
      ("07-task-events.perf.txt", ["app;main;work 1"]),
      ("08-data-address.perf.txt", ["app;main;work 2"]),
      ("09-vmlinux-by-path.perf.txt", ["app;main;write;sys_write_[k];tcp_sendmsg_[k] 1"]),
      ("11-addresses-only.perf.txt", ["app;0x55d0aa001000;0x55d0aa001234 2"]),
      ("12-rooted-claim.perf.txt", ["app;[unknown];leaf 1", "app;leaf 1"]),
      ("13-unequal-periods.perf.txt", ["app;exec_start 9", "app;main;work 1"]),
      ("14-dso-offset.perf.txt", ["app;main;work 2"]),
      ("15-source-lines-with-inlines.perf.txt", ["app;main;outer;inner_[i] 1"]),
      ("16-branches.perf.txt", ["app;main 2"]),
      ("21-comments.folded", ["P7;T7;<module>:1;idle:30 12", "P7;T7;<module>:1;run:20 30"]),
      ("22-no-process-name.folded", ["main 3", "main;eval 5", "main;parse;lex 10", "worker;eval 2"]),
      ("23-trailing-blank.folded", ["app;main;idle 3", "app;main;work 5"]),
      ("25-byte-order-mark.folded", ["app;main;idle 3", "app;main;work 5"]),
      ("26-differential-with-a-bad-line.folded", ["app;main;a 10", "app;main;b 60", "app;main;new 30"]),
      ("27-two-processes.folded", ["alpha;main;f 3", "beta;main;g 4"]),
      ("28-compressed.folded.gz", ["app;main;idle 3", "app;main;work 5"]),
      ("30-heap.pb.gz", ["app;main;idle 300", "app;main;work 2048"]),
      ("31-values-below-period.pb.gz", ["app;main;idle 20000000", "app;main;work 500000000"]),
      ("32-name-not-utf8.pb.gz", ["app;main;caml\u{FFFD}x 20", "app;main;work 50"]),
      ("33-last-type-is-empty.pb.gz", ["app;main;idle 7000000", "app;main;work 5000000"]),
      ("34-kernel-mappings.pb.gz", ["app;main;work;do_read_[k] 4", "app;main;work;do_read_[k];ext4_read_[k] 6"]),
      ("36-mapping-not-listed.pb.gz", ["app;main 5", "app;main;work 2"]),
    ] as [(String, [String])])
  func readsWhatIsThere(name: String, expected: [String]) throws {
    let profile = try Self.read(Self.bytes(name)).profile
    #expect(Self.folded(profile) == expected)
    // Nobody says which of these stacks are whole.
    #expect(profile.preferred.completeness().rooted == nil)
  }

  @Test func eventsAreChosenByName() throws {
    let profile = try Self.read(Self.bytes("03-two-events.perf.txt")).profile
    #expect(Self.folded(profile, "instructions") == ["app;main;idle 9"])
    #expect(profile.metadata.notes.description.contains("--event"))
  }

  @Test func periodsWeigh() throws {
    let profile = try Self.read(Self.bytes("13-unequal-periods.perf.txt")).profile
    #expect(Self.folded(profile, "period") == ["app;exec_start 9", "app;main;work 90000000"])
    #expect(profile.metadata.notes.description.contains("--value period"))
  }

  @Test func offsetsInFilesMakeNoModules() throws {
    let profile = try Self.read(Self.bytes("14-dso-offset.perf.txt")).profile
    #expect(profile.modules.count == 1)
    #expect(profile.functions.count == 2)
  }

  @Test func fractionsAddUp() throws {
    let profile = try Self.read(Self.bytes("24-fractions.folded")).profile
    #expect(profile.preferred.completeness().samples == 30)
  }

  @Test func differentialLinesAreJudgedOneByOne() throws {
    let contents = try Self.read(Self.bytes("26-differential-with-a-bad-line.folded"))
    let baseline = try #require(contents.baseline)
    #expect(Self.folded(baseline) == ["app;main;a 50", "app;main;b 20"])
  }

  @Test func headersAndFirstLinesAreOfAnyLength() throws {
    let comments = (0..<8_000).map { "# cpu \($0) : 0x1f" }.joined(separator: "\n") + "\n"
    let sample = "app 5 10.000001:     250000 cycles: \n\t    55d0aa001234 work+0x14 (/srv/app)\n"
    #expect(Self.folded(try Self.read(Array((comments + sample).utf8)).profile) == ["app;work 1"])
    let line = "app;main" + String(repeating: ";document::evaluate", count: 8_000)
    #expect(Self.folded(try Self.read(Array((line + " 7\n").utf8)).profile) == [line + " 7"])
    let head = Array(line.utf8)[..<65_536]
    let recognition = InputFormat.recognize(Array(head).rawSpan, isWhole: false)
    #expect(recognition == .undecided)
  }

  @Test func textOfGoIsNoProfile() throws {
    let bytes = try Self.bytes("35-heap-debug-text.txt")
    let recognition = InputFormat.recognize(bytes.rawSpan, isWhole: true)
    #expect(recognition == .foreign(.goText))
  }

  @Test func readsUTF16() throws {
    var bytes: [UInt8] = [0xFF, 0xFE]
    for unit in "app;main;é🙂 3\r\n".utf16 { bytes += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    #expect(Self.folded(try Self.read(bytes).profile) == ["app;main;é🙂 3"])
  }

  @Test func processesAreToldApartForTheFirefoxProfiler() throws {
    let profile = try Self.read(Self.bytes("27-two-processes.folded")).profile
    let threads = FirefoxIdentities(profile, isSampled: [true, true]).threads
    #expect(Set(threads.map(\.pid)).count == 2)
    #expect(Set(threads.map(\.tid)).count == 2)
    #expect(threads.map(\.isMain) == [true, true])
  }

  @Test func readsBackSpeedscope() throws {
    let profile = try Self.read(Self.bytes("02-exec-without-pid.perf.txt")).profile
    let again = try Self.read(Speedscope.bytes(of: profile.preferred)).profile
    #expect(Self.folded(again) == Self.folded(profile))
    let evented = """
      {"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":[{"name":"a"},{"name":"b"}]},
      "profiles":[{"type":"evented","name":"x","unit":"milliseconds","startValue":0,"endValue":9,"events":[
      {"type":"O","frame":0,"at":0},{"type":"O","frame":1,"at":2},{"type":"C","frame":1,"at":5},
      {"type":"C","frame":0,"at":9}]}]}
      """
    #expect(Self.folded(try Self.read(Array(evented.utf8)).profile) == ["a 6000000", "a;b 3000000"])
  }

  @Test func aFileThatWasNotUnderstoodIsRefused() {
    let text = "app 5 1.0: 1 cycles: \n\t 1152 f (/a)\n" + String(repeating: "what is this?\n", count: 9)
    #expect(throws: ProfileFormatError.mostlyBadLines(format: "perf script", line: 3, bad: 9, good: 2)) {
      _ = try PerfScriptReader.read(Array(text.utf8).rawSpan)
    }
  }

  @Test func namesOfProcessesCanBeSetRight() throws {
    let text = Array("app;main;f 3\n".utf8)
    let named = try FoldedReader.read(text.rawSpan, processNames: .no).profile
    #expect(named.processes.allSatisfy { $0.isUnnamed })
    #expect(Self.folded(named) == ["app;main;f 3"])
    #expect(named.functions.map(\.name) == ["app", "main", "f"])
  }
}
