import Demangling
import Testing

/// A repeatable source of numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}

@Suite struct HostileNameTests {
  private static let samples = [
    "$s6Basics13ThreadSafeBoxC3getxyFxyXEfU_TA",
    "$ss22__RawDictionaryStorageC4find_9hashValues10_HashTableV6BucketV6bucket_Sb5foundtx_SitSHRzlF7SWBCore16ConfiguredTargetC_Tg5",
    "_ZNSt8_Rb_treeISsSt4pairIKSsiESt10_Select1stIS2_ESt4lessISsESaIS2_EE24_M_get_insert_unique_posERS1_",
    "_RINvNtC3std3mem8align_ofNtNtC3std3mem12DiscriminantE",
    "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE",
    "_D8demangle4testFHAbQdZv",
  ]

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `changed names never crash`(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    let alphabet = Array("ABCDEFGISTNYabcdefgistxyz0123456789_$.".utf8)
    for _ in 0..<4_000 {
      var bytes = Array(Self.samples.randomElement(using: &generator)?.utf8 ?? "".utf8)
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let position = Int.random(in: 2..<bytes.count, using: &generator)
        let other = Int.random(in: 2..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[position] = alphabet.randomElement(using: &generator) ?? 0x41
        case 1: bytes.insert(contentsOf: bytes[min(position, other)..<max(position, other)], at: position)
        default: bytes.remove(at: position)
        }
        if bytes.count < 6 { bytes += Array("SaSbSc".utf8) }
        if bytes.count > 2_000 { bytes.removeLast(1_000) }
      }
      _ = Demangler().demangle(String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test(arguments: ["$s", "$s1a1fyy", "_Z", "_ZN", "_Z1fI", "_R", "_RI", "_D", "_D1a", "_T0", "_Z1fv"])
  func `deep nesting never crashes`(prefix: String) {
    for piece in [
      "S", "A", "P", "I", "N", "y", "G", "_", "Sg", "SDy", "Sa", "PF", "FF", "1a", "RR", "Tx", "DpT_", "XE", "c", "t",
      "A1_", "Qa", "HA", "TG5", "TA", "IIII", "L_", "(", "\u{e9}",
    ] {
      for count in [100, 1_000, 4_000, 30_000] {
        _ = Demangler().demangle(prefix + String(repeating: piece, count: count))
        _ = Demangler().demangle(prefix + String(repeating: piece, count: count) + "v")
      }
    }
  }

  /// Found by fuzzing: the runtime reads on past the name's end, and takes all memory.
  @Test(arguments: ["$s4mainTf3np", "$sIetH_yts5Error_pIegHrzo_TR10async_MainTf3np"])
  func `signature specializations without an end are isolated`(linkageName: String) {
    #expect(Demangler().demangle(linkageName) == nil)
  }

  @Test func `C++ and Rust names that repeat themselves stay within the limit`() {
    // f(pair<x, x>, …): every level doubles the text.
    var plusPlus = "_Z1fISt4pairIiiE"
    for level in 0..<60 {
      plusPlus += "St4pairIS\(level == 0 ? "" : String(level - 1, radix: 36, uppercase: true))_S_E"
    }
    _ = Demangler().demangle(plusPlus + "EvT_")
    var rust = "_RINvC1a1f"
    for _ in 0..<200 { rust += "TB8_B8_E" }
    _ = Demangler().demangle(rust + "E")
  }
}
