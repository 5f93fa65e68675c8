import Demangling
import Testing

@Suite struct SwiftNameTests {
  @Test(arguments: [
    ("$s3SIL15InstructionListV4nextAA0B0CSgyF", "InstructionList.next()"),
    ("$s6Basics13ThreadSafeBoxC3getxyFxyXEfU_TA", "closure #1 in ThreadSafeBox.get()"),
    (
      "$s11SwiftDriver11VirtualPathO0D5Cache33_E4DC5F0651F2C5EC5CEE97E37B2B7F62LLCyA2C6HandleVcigACyXEfU_TA.2",
      "closure #1 in VirtualPath.PathCache.subscript.getter"
    ),
    (
      "$ss22__RawDictionaryStorageC4find_9hashValues10_HashTableV6BucketV6bucket_Sb5foundtx_SitSHRzlF7SWBCore16ConfiguredTargetC_Tg5",
      "__RawDictionaryStorage.find<A>(_:hashValue:)"
    ),
    ("$s2a11MV4mainyyYaFZTf4d_nTQ1_", "static M.main()"),
    ("$s2a11MV4mainyyYaFZTQ0_", "static M.main()"),
    (
      "$s11SwiftSyntax029ClosureShorthandParameterListB0VSTAAST19underestimatedCountSivgTW",
      "ClosureShorthandParameterListSyntax.underestimatedCount.getter"
    ),
    ("$s10Foundation18ByteCountFormatterC6string3forSSSgypSg_tFAA0D0CAdeFyp_tFTV", "ByteCountFormatter.string(for:)"),
    ("$ss28SingleValueEncodingContainerP6encodeyySiKFTj", "SingleValueEncodingContainer.encode(_:)"),
    ("$s14ArgumentParser4FlagVySbGWOhTm", "outlined destroy of Flag<Bool>"),
  ])
  func `generated code is named after its function`(linkageName: String, short: String) {
    #expect(Demangler().demangle(linkageName)?.short == short)
  }

  @Test func `full names keep types but no marks`() {
    let name = Demangler().demangle("$s2a11MV4mainyyYaFZTQ0_")
    #expect(name?.full == "static a1.M.main() async -> ()")
    #expect(name?.language == .swift)
    #expect(name?.isForwarder == false)
    let witness = Demangler().demangle("$s3SIL14BeginApplyInstCAA0C4SiteA2aDP22unappliedArgumentCountSivgTW")
    #expect(witness?.full == "SIL.BeginApplyInst.unappliedArgumentCount.getter : Swift.Int")
    #expect(witness?.isForwarder == true)
  }

  @Test func `marks stay when asked for`() {
    var options = Demangler.Options()
    options.foldsForwarders = false
    let demangler = Demangler(options: options)
    #expect(
      demangler.demangle("$s6Basics13ThreadSafeBoxC3getxyFxyXEfU_TA")?.short
        == "partial apply for closure #1 in ThreadSafeBox.get()")
    #expect(
      demangler.demangle("$s2a11MV4mainyyYaFZTQ0_")?.short == "(1) await resume partial function for static M.main()")
    #expect(demangler.demangle("$s14ArgumentParser4FlagVySbGWOhTm")?.short == "merged outlined destroy of Flag<Bool>")
  }

  @Test func `exponential names come back in time`() {
    // Each level of the dictionary names the level below twice: 2^60 entities.
    var name = "$s1a1fyySDySSSSG"
    for level in 0..<60 { name = "$s1a1fyySDy" + name.dropFirst("$s1a1fyy".count) + "A\(level)_G" }
    _ = Demangler().demangle(name + "F")
    let tuples = "$s1a1fyy" + String(repeating: "SDyAAA_G", count: 3_000) + "F"
    _ = Demangler().demangle(tuples)
  }
}
