import BinaryReading
import ProfileModel
import Testing
import Wording

@testable import ProfileFormats

@Suite struct PerfScriptReaderTests {
  private func read(_ text: String) throws -> Profile { try PerfScriptReader.read(Array(text.utf8).rawSpan) }
  private func folded(_ text: String) throws -> String {
    String(decoding: FoldedStacks.bytes(of: try read(text).preferred), as: UTF8.self)
  }

  private static let captured = """
    # ========
    # captured on    : Sat Nov 21 02:14:00 2026
    # ========
    #
    my loop 15739  1496.018690:    5000000 cpu-clock:pppH:\u{20}
    \t            1152 inner+0x29 (/tmp/my dir (x)/my loop)
    \t            1171 outer+0xf (/tmp/my dir (x)/my loop (deleted))
    \t           27249 __libc_start_call_main+0x79 (/usr/lib/x86_64-linux-gnu/libc.so.6)
    \t           27304 __libc_start_main_impl+0x84 (inlined)
    \t            1060 _start+0x20 (/tmp/my loop)

    my loop 15739  1496.023688:    5000000 cpu-clock:pppH:\u{20}
    \tffffffff81000010 do_syscall_64+0x10 ([kernel.kallsyms])
    \tffffffffc0000010 [unknown] ([nf_tables])
    \t    7f0000001152 Foo<a -> b>::operator()(int (*)(char)) const+0x29 (/tmp/lib.so)
    \t    7f0000002000 [unknown] (/usr/lib/libz.so.1)
    \t    7f0000003000 LazyCompile:~f /a/b.js:1+0x3 (/tmp/perf-15739.map)
    \t    7f0000004000 [unknown] ([unknown])


    """

  @Test func aHexadecimalCommandAloneIsAHeader() throws {
    let text = """
      dd\u{20}
      \tffffffff81d33df7 read_zero
      \t           3b2a4 main

      cc1\u{20}

      dd\u{20}
      \tffffffff81d33df7 read_zero
      \t           3b2a4 main


      """
    #expect(try folded(text) == "cc1;[truncated: no frames] 1\ndd;main;read_zero_[k] 2\n")
  }

  @Test(
    "A number too short for perf's column of threads is the command's",
    arguments: [
      ("my worker 7 ", "my worker 7"),
      ("my worker 7 cpu-clock: ", "my worker 7"), ("my worker 7 24271 ", "my worker 7"),
      ("my worker    7 ", "my worker"), ("my worker    7 70825.852172:    5025125 cpu-clock: ", "my worker"),
    ])
  func commandsThatEndInNumbers(header: String, command: String) throws {
    #expect(try folded("\(header)\n\t           3b2a4 main\n\n") == "\(command);main 1\n")
  }

  @Test func saysWhereANumberMayBeTheCommands() throws {
    let note = "the number behind each command was taken for its thread's, though perf pads those to five columns"
    func hasNote(_ header: String) throws -> Bool {
      let profile = try read("\(header)\n\t           3b2a4 main\n\n")
      return profile.metadata.notes.contains { $0.sentence.hasPrefix(note) }
    }
    #expect(try hasNote("my worker 7 70825.852172:    5025125 cpu-clock: "))
    #expect(try !hasNote("my worker     7 70825.852172:    5025125 cpu-clock: "))
    #expect(try !hasNote("my worker 24271 70825.852172:    5025125 cpu-clock: "))
  }

  @Test func readsStacksWithNamesAsTheyStand() throws {
    #expect(
      try folded(Self.captured) == """
        my loop;[unknown];LazyCompile:~f /a/b.js:1_[j];[libz.so.1];Foo<a -> b>::operator()(int (*)(char)) const;\
        [nf_tables]_[k];do_syscall_64_[k] 1
        my loop;_start;__libc_start_main_impl_[i];__libc_start_call_main;outer;inner 1

        """)
  }

  @Test func readsTimesModulesAndThreads() throws {
    let profile = try read(Self.captured)
    let times = profile.preferred.samples.map(\.time)
    #expect(times == [0, 4_998_000])
    #expect(profile.metadata.sampler == "perf:cpu-clock")
    #expect(profile.threads == [ThreadRecord(process: ProcessID(index: 0), tid: 15739, name: "my loop")])
    #expect(profile.modules.map(\.path).contains("/tmp/my dir (x)/my loop (deleted)"))
    #expect(profile.metadata.notes == [])
    #expect(profile.preferred.completeness().unsymbolizedSelf == 0)
  }

  @Test func eventsAreValueTypesAndNeverAddedUp() throws {
    var text = ""
    for (event, count) in [("cycles:u", 2), ("sched:sched_switch", 1), ("cache-misses", 3)] {
      for time in 0..<count { text += "app 1/1 1.00000\(time): 100 \(event): \n\t  10 f (/bin/app)\n\n" }
    }
    let profile = try read(text)
    let periods = ["cycles-period", "sched:sched_switch-period", "cache-misses-period"]
    #expect(profile.valueTypes.map(\.name) == ["cycles", "sched:sched_switch", "cache-misses"] + periods)
    #expect(profile.valueTotals == [2, 1, 3, 200, 100, 300])
    #expect(profile.preferred.value.name == "cycles")
    #expect(profile.preferred.completeness().samples == 2)
    #expect(profile.metadata.notes.map(\.sentence).contains { $0.contains("3 events") && $0.contains("cycles (2)") })
    #expect(try read("app 1/1 1.0: 100 cycles:u: \n\t  10 f (/bin/app)\n").valueTypes[0] == .samples())
  }

  @Test(
    arguments: [
      ("perf 12345 1234.567890: 250000 cpu-clock:u: ", "perf", nil, 12345, 1_234_567_890_000, "cpu-clock:u"),
      ("a b 7 12/13 [003] 1.5: cycles:", "a b 7", 12, 13, 1_500_000_000, "cycles"),
      (
        "swapper     0 [001] 10.000001:          1 sched:sched_switch: prev_comm=x", "swapper", nil, 0, 10_000_001_000,
        "sched:sched_switch"
      ),
      (":-1    -1 9.9:  1 cycles:", ":-1", nil, -1, 9_900_000_000, "cycles"),
      ("task 3 cycles:", "task", nil, 3, nil, "cycles"),
    ] as [(String, String, Int32?, Int32, UInt64?, String)])
  func readsHeaders(
    line: String, comm: String, pid: Int32?, tid: Int32, time: UInt64?, event: String
  ) throws {
    let bytes = Array(line.utf8)
    let explained = PerfScriptLayout(explaining: bytes.rawSpan)
    let layout = try #require(explained)
    let parsed = PerfScriptHeader(bytes.rawSpan, [layout])
    let header = try #require(parsed)
    #expect(header.comm == comm)
    #expect(header.pid == pid)
    #expect(header.tid == tid)
    #expect(header.time == time)
    #expect(header.event == event)
  }

  @Test func `a command's last word is no thread`() throws {
    let text = ["my worker 7", "my worker 12", "worker 12345"].map { comm in
      "\(comm) cpu-clock: \n\t    55d0aa001234 work+0x14 (/srv/app)\n\t    55d0aa001000 main+0x10 (/srv/app)\n\n"
    }.joined()
    let profile = try read(text)
    #expect(profile.processes.map(\.name) == ["my worker 7", "my worker 12", "worker 12345"])
    #expect(profile.threads.allSatisfy { $0.tid == 0 })
    #expect(profile.samples.count == 3)
  }

  @Test func `padded numbers are threads`() throws {
    let text = ["my worker 7     7", "my worker 12    12", "worker 12345 12345"].map { header in
      "\(header) cpu-clock: \n\t    55d0aa001234 work+0x14 (/srv/app)\n\n"
    }.joined()
    let profile = try read(text)
    #expect(profile.threads.map(\.tid) == [7, 12, 12345])
    #expect(profile.processes.map(\.name) == ["my worker 7", "my worker 12", "worker 12345"])
  }

  @Test(arguments: [
    "app;main 12", "", "x", "a 1", "app;f(int) 1 2", "a 12 5.5",
    "a 1 99999999999999999999.5: cycles:",
  ])
  func otherLinesAreNoHeaders(line: String) {
    let isHeader = PerfScriptShape(Array(line.utf8).rawSpan) != nil
    #expect(!isHeader)
  }

  @Test func readsSamplesWithoutCallChains() throws {
    let text = """
               my loop 15778  1497.269016:    5000000 cpu-clock:pppH:      55c777ab5142 inner+0x19 (/tmp/my loop)
               my loop 15778  1497.274016:    5000000 cpu-clock:pppH:      55c777ab5142 inner+0x19 (/tmp/my loop)

      """
    #expect(try folded(text) == "my loop;inner 2\n")
  }

  @Test(arguments: [
    "13256  cpu-clock: ", " 13256 1497.269016:    5000000 cpu-clock: ", "   5000000  cpu-clock: ",
    " 13256    5000000 cpu-clock: ", "1497.269016:    5000000 cpu-clock: ", " cpu-clock: ", "", " 13256 ",
  ])
  func commandsInTheirColumnMayHoldNumbersAndAddresses(columns: String) throws {
    var text = ""
    for comm in ["my worker 7", "dd", "cafe 12 99"] {
      text += String(repeating: " ", count: 16 - comm.utf8.count) + comm + " " + columns
      text += "     55c777ab5142 str[abi:cxx11]\n"
    }
    #expect(
      try folded(text) == "cafe 12 99;str[abi:cxx11] 1\ndd;str[abi:cxx11] 1\nmy worker 7;str[abi:cxx11] 1\n")
  }

  @Test func passesSourceLinesOver() throws {
    let text = "a 1 1.0: 1 cycles:\n\t 1152 f+0x29 (/a)\n  loop.c:2\n\t 1171 g+0xf (/a)\n  loop.c:3\n\n"
    #expect(try folded(text) == "a;g;f 1\n")
  }

  @Test func pidsGroupThreads() throws {
    let text = """
      main 10/10 1.0: 1 cycles:
      \t 1 f (/a)

      worker 10/11 2.0: 1 cycles:
      \t 1 f (/a)


      """
    let profile = try read(text)
    // Each sample keeps the command that it states.
    let main = ProcessRecord(pid: 10, name: "main")
    #expect(profile.processes == [main, ProcessRecord(pid: 10, name: "worker", first: ProcessID(index: 0))])
    #expect(profile.threads.map(\.name) == ["main", "worker"])
  }

  @Test func piecesMayEndAnywhere() throws {
    let text = Array(Self.captured.utf8)
    let expected = try folded(Self.captured)
    for split in stride(from: 0, to: text.count, by: 7) {
      var reader = PerfScriptReader()
      try reader.consume(text.rawSpan.extracting(0..<split))
      try reader.consume(text.rawSpan.extracting(split..<text.count))
      #expect(String(decoding: FoldedStacks.bytes(of: try reader.finish().preferred), as: UTF8.self) == expected)
    }
  }

  @Test func refusesTextWithoutSamples() {
    #expect(throws: ProfileFormatError.noSamples(format: "perf script", badLine: 1)) { try read("hello\n") }
    #expect(throws: ProfileFormatError.noSamples(format: "perf script", badLine: nil)) { try read("") }
  }
}
