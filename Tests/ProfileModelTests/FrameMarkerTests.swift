import ProfileModel
import Testing

@Suite struct FrameMarkerTests {
  @Test(
    arguments: [
      .unmapped, .unknownCode, .elided(count: 12), .truncated(.depthLimit), .truncated(.noUnwindInfo(module: "a b.so")),
      .truncated(.badUnwindInfo(module: "")), .truncated(.narrowProgram), .truncated(.other("weather")),
      .truncated(.registerUnknown), .task(name: nil), .task(name: "a]b"), .mainActor, .asyncGap(.readLate),
      .asyncGap(.other("weather")), .other("[5 frames]"), .other(""),
      .waiting(.pipe), .woken(.thread(name: "a]b", process: nil)), .woken(.thread(name: "a, process b", process: 12)),
      .woken(.kernelThread(name: "kworker")), .woken(.interrupt(.timer)), .woken(.interrupt(.other)),
    ] + AsyncGap.known.map(FrameMarker.asyncGap) as [FrameMarker])
  func isFoundByItsName(marker: FrameMarker) { #expect(FrameMarker(name: marker.name) == marker) }

  @Test func namesFromElsewhereAreKept() {
    for name in ["[truncated: ]", "[", "[truncated: x", "[-1 frames elided]", "[99999999999999999999 frames elided]"] {
      #expect(FrameMarker(name: name).name == name)
    }
  }
}
