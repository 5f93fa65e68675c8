import BinaryReading
import ProfileModel
import Testing

@testable import ProfileFormats

@Suite struct ProfileFormatTests {
  @Test(
    arguments: [
      ("a.perfprof", .recording), ("a.svg", .svg), ("A.SVG", .svg), ("a.html", .html), ("a.folded", .folded),
      ("a.txt", .folded), ("x.y.speedscope.json", .speedscope), ("a.pb.gz", .pprof), ("a.pprof", .pprof),
      ("a.firefox.json", .firefox), ("a.json", nil), ("a", nil), ("svg", nil), ("a.gz", nil),
    ] as [(String, ProfileFormat?)])
  func theExtensionTellsTheFormat(path: String, expected: ProfileFormat?) {
    #expect(ProfileFormat(extensionOf: path) == expected)
  }

  @Test func namesAreThoseOfTheCommandLine() {
    #expect(
      ProfileFormat.allCases.map(\.name) == ["recording", "svg", "html", "folded", "speedscope", "pprof", "firefox"])
    #expect(ProfileFormat(name: "pprof") == .pprof)
    #expect(ProfileFormat(name: "PPROF") == nil)
  }

  @Test(
    arguments: [
      ("PERFPROF\u{1}\u{0}", .recording),
      ("app;main;f 12\n", .folded),
      ("\n\n# a comment\napp;main 3 4\r\n", .folded),
      ("app 3", .folded),
      ("my loop 15739  1496.018690:    5000000 cpu-clock:pppH: \n\t  1152 inner+0x29 (/x)\n\n", .perfScript),
      ("# captured on: x\nperf 1/2 [001] 12.5: cycles:\n", .perfScript),
      ("a 1/2 3.123456:   1 cycles:u:   401136 f (/a)\n", .perfScript),
      ("", nil), ("hello\n", nil), ("{\"a\": 1}\n", nil), ("<svg>\n</svg>\n", nil), ("\u{7F}ELF\u{2}\u{1}\u{0}", nil),
      ("\u{0}\u{0}\u{0}", nil),
    ] as [(String, InputFormat?)])
  func theContentTellsTheFormat(text: String, expected: InputFormat?) {
    let format = InputFormat(content: Array(text.utf8).rawSpan)
    #expect(format == expected)
  }

  @Test func recognizesPprof() throws {
    let compressed = try Pprof.bytes(of: Profile.of([(["main"], 1)]).preferred)
    let plain = try Gzip.decompress(compressed, limit: 1 << 20)
    // What is packed is recognized by its mark first, and then by what comes out.
    #expect(Decompressor.Compression(compressed) == .gzip)
    for bytes in [plain, Array(plain.prefix(20))] {
      let format = InputFormat(content: bytes.rawSpan)
      #expect(format == .pprof)
    }
  }
}
