import ProfileModel
import Testing

@Suite struct SamplerKindTests {
  @Test(
    arguments: [
      ("perf:cpu-clock", .perf(event: "cpu-clock")), ("perf:page-faults,cycles", .perf(event: "page-faults,cycles")),
      ("ptrace", .ptrace), ("folded", .other("folded")), ("perf script", .other("perf script")), ("", .other("")),
    ] as [(String, SamplerKind)])
  func isFoundByItsName(name: String, kind: SamplerKind) {
    #expect(SamplerKind(name) == kind)
    #expect(kind.name == name)
    #expect(kind.isUnknown == name.isEmpty)
  }
}
