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
    ("$s14ArgumentParser4FlagVySbGWOhTm", "outlined destroy of Flag<Bool> [merged]"),
    ("$s8NIOHTTP115HTTPDecoderKindO9hashValueSivgTm", "HTTPDecoderKind.hashValue.getter [merged]"),
    ("$sSi1poiyS2i_SitFZ", "static Int.+(_:_:)"),
    ("$ss15UnboundedRange_O3zzzoPyyABFZ", "static UnboundedRange_.... postfix(_:)"),
    ("$sSDyxq_GSHsSHR_rlSH9hashValueSivgTW", "Dictionary.hashValue.getter"),
    ("$sSDsSHR_rlE9hashValueSivg", "Dictionary.hashValue.getter"),
    ("$sSayxGSQsSQRzlSQ2eeoiySbx_xtFZTW", "static Array.==(_:_:)"),
    ("$sSasSQRzlE2eeoiySbSayxG_ABtFZ", "static Array.==(_:_:)"),
    (
      "$ss18EnumeratedSequenceVyxGSlsSlRzrlSl34_customLastIndexOfEquatableElementy0E0QzSgSg0H0QzFTW",
      "EnumeratedSequence._customLastIndexOfEquatableElement(_:)"
    ),
    (
      "$s10Foundation13MassFormatterC11shortSymbol33_23905FC67EDC1C9476810925961AD1E5LL_WZ",
      "one-time initialization function for MassFormatter.shortSymbol"
    ),
    ("$s10Foundation13DateFormatterC5StateVSgWOi_", "outlined enum tag store of DateFormatter.State? #0"),
    ("$s10Foundation13DateFormatterC5StateVSgWOi0_", "outlined enum tag store of DateFormatter.State? #1"),
    (
      "$sS2SSKsWl",
      "lazy protocol witness table accessor for type String and conformance String : BidirectionalCollection"
    ),
    ("$sS2SSlsWl", "lazy protocol witness table accessor for type String and conformance String : Collection"),
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

  @Test func `merged functions are marked in both forms`() {
    let name = Demangler().demangle("$s8NIOHTTP115HTTPDecoderKindO9hashValueSivgTm")
    #expect(name?.full == "NIOHTTP1.HTTPDecoderKind.hashValue.getter : Swift.Int [merged]")
    #expect(name?.isForwarder == false)
    let part = Demangler().demangle("$sSDyq_SgxciM.resume.0Tm")
    #expect(part?.short == "Dictionary.subscript.modify [merged]")
  }

  @Test(arguments: [
    ("$sSbs5Error_pIeghdzo_SbsAA_pIeghHdzo_TR", true), ("$sytIeghr_Iegh_TRTA", true),
    ("$ss28SingleValueEncodingContainerP6encodeyySiKFTj", true), ("$sSDyxq_GSHsSHR_rlSH9hashValueSivgTW", false),
    ("$s6Basics13ThreadSafeBoxC3getxyFxyXEfU_TA", false), ("$s2a11MV4mainyyYaFZTQ0_", false),
  ])
  func `thunks are told from forwarders that bear their function's name`(linkageName: String, isThunk: Bool) {
    #expect(Demangler().demangle(linkageName)?.isThunk == isThunk)
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
