import Foundation
import ProfileModel
import Testing

@testable import FlameGraphs

/// The document around the views; what is in it is for `Tests/ViewerTests` and `Tests/BrowserTests`.
@Suite struct ProfilePageTests {
  private func page(_ profile: Profile) -> String {
    String(
      decoding: ProfilePage(profile.preferred, caption: FlameGraphCaption(profile.preferred)).html(), as: UTF8.self)
  }

  /// FIPS 180-4 and RFC 4648 give these.
  @Test func hashesAndEncodesAsSpecified() {
    func hash(_ text: String) -> String {
      SHA256.hash(Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    #expect(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      hash(String(repeating: "a", count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 83) }
      #expect(Base64.encode(bytes) == Array(Data(bytes).base64EncodedString().utf8))
    }
  }

  @Test func holdsNumbersAsTheyAre() {
    var column = NumberColumn()
    for number: UInt64 in [0, 127, 128, 300, .max] { column.append(number) }
    column.append(signed: -1)
    column.append(signed: 64)
    #expect(column.count == 7)
    #expect(
      column.bytes == [0, 0x7F, 0x80, 1, 0xAC, 2] + [UInt8](repeating: 0xFF, count: 9) + [1] + [1] + [0x80, 1])
  }

  @Test func givesTheSameBytesForTheSameProfile() {
    #expect(page(Profiles.server) == page(Profiles.server))
  }

  /// The page adds all time of threads up itself, and must know then what of it was waiting.
  @Test func holdsEachSampleOnceWhereAllTimeIsShown() throws {
    var builder = ProfileBuilder()
    let process = builder.add(ProcessRecord(pid: 1, name: "p"))
    let thread = builder.add(ThreadRecord(process: process, tid: 1, name: "p"))
    builder.profile.metadata.isRecorded = true
    builder.profile.valueTypes =
      [.samples(period: 1_000_000)] + ["off-cpu", "runnable"].map { ValueType(name: $0, unit: .nanoseconds) }
    for value in 0..<3 {
      builder.profile.samples.append(
        Sample(time: UInt64(value), thread: thread, stack: nil, weight: 5, value: ValueTypeID(index: value)))
    }
    let base = builder.profile
    let wall = try #require(base.addingWall())
    #expect(wall.profile.samples.count == 6)
    func page(_ selected: SelectedProfile) -> String {
      String(decoding: PageData.bytes(ProfilePage(selected, caption: FlameGraphCaption(base.preferred))), as: UTF8.self)
    }
    let plain = page(SelectedProfile(base, Selection(ValueTypeID(index: 0))))
    let all = page(SelectedProfile(wall.profile, Selection(wall.value)))
    #expect(all == plain.replacing("\"value\":0,", with: "\"value\":3,"))
  }

  @Test func admitsItsOwnScriptAndStyleAndNothingElse() throws {
    let text = page(Profiles.hostile)
    for (name, start, end) in [("script-src", "<script>", "</script>"), ("style-src", "<style>", "</style>")] {
      let from = try #require(text.range(of: start, options: .backwards)?.upperBound)
      let to = try #require(text.range(of: end, range: from..<text.endIndex)?.lowerBound)
      let hash = Base64.encode(SHA256.hash(Array(text[from..<to].utf8)))
      #expect(text.contains("\(name) 'sha256-\(String(decoding: hash, as: UTF8.self))'"), "\(name)")
    }
    #expect(text.contains("default-src 'none'") && text.contains("base-uri 'none'"))
    #expect(text.components(separatedBy: "<script").count == 3)
    // Nothing that came with the profile stands in it as it is, but the title, as text.
    for name in Profiles.hostileNames where name.contains("<") { #expect(!text.contains(name), "\(name)") }
  }

  @Test func findsTheInstructionThatAFrameStandsAt() {
    var builder = ProfileBuilder()
    let modules = ["/one", "/two"].map { builder.intern(Module(path: $0)) }
    func frame(_ module: Int, _ address: UInt64, _ kind: FrameKind = .user) {
      let function = builder.intern(Function(name: "f", module: modules[module]))
      _ = builder.intern(Frame(function: function, kind: kind, address: address))
    }
    // In the middle of a call, as lookup addresses of callers are; before, between and behind; elsewhere; no code of a file.
    for address: UInt64 in [0x100, 0x104, 0x0FF, 0x106, 0x10A] { frame(0, address) }
    frame(0, 0x109, .inlined)
    frame(0, 0x108, .kernel)
    frame(1, 0x104)
    var listing = InstructionListing()
    listing.functions = [
      InstructionListing.Code(
        module: modules[0],
        instructions: [
          .init(address: 0x108, size: 2, text: "later"), .init(address: 0x100, size: 1, text: "push"),
          .init(address: 0x101, size: 5, text: "call"),
        ]), InstructionListing.Code(module: modules[1], instructions: [.init(address: 0x104, size: 1, text: "ret")]),
    ]
    #expect(PageInstructions(listing, builder.profile).ofFrames == [2, 3, 0, 0, 0, 1, 0, 4])
  }

  @Test func tellsProcessesApartThatShareStacks() {
    let stacks = PageStacks(Profiles.folded(["b;f;g 1", "a;f 2", "b;f 4"]))
    #expect(stacks.processNames == ["b", "a"])
    #expect(Set(stacks.ofSamples).count == 3)
    #expect(stacks.stacks.count == 5)
    #expect(!stacks.hasFrameless)
  }
}
