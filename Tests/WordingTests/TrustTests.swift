import ProfileModel
import Testing

@testable import Wording

@Suite struct TrustTests {
  private func completeness(_ samples: Int64, rooted: Int64?) -> Completeness {
    var completeness = Completeness()
    (completeness.samples, completeness.rooted) = (samples, rooted)
    return completeness
  }

  @Test func whatIsNotKnownOfRootsIsSaidSo() {
    #expect(completeness(10_000, rooted: 9_999).rootedText == "99.9 % of stacks rooted")
    #expect(completeness(10, rooted: 10).rootedText == "100.0 % of stacks rooted")
    #expect(completeness(10, rooted: nil).rootedText == "which stacks are rooted is not known")
    #expect(completeness(10, rooted: nil).shortRootedText == "roots not known")
    #expect(completeness(0, rooted: 0).rootedText == nil)
  }

  @Test func lostSamplesAreOnlyCountedByRecordings() {
    var metadata = ProfileMetadata()
    #expect(metadata.lostText == nil)
    metadata.isRecorded = true
    #expect(metadata.lostText == "0 lost")
  }
}
