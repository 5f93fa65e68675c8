import Demangling
import Testing

@Suite struct OtherNameTests {
  @Test(arguments: [
    (
      "_ZN4llvm10SelectInst6CreateEPNS_5ValueES2_S2_", "llvm::SelectInst::Create",
      "llvm::SelectInst::Create(llvm::Value*, llvm::Value*, llvm::Value*)"
    ),
    (
      "_ZNSt6vectorIiSaIiEE9push_backERKi", "std::vector<int, std::allocator<int> >::push_back",
      "std::vector<int, std::allocator<int> >::push_back(int const&)"
    ),
    (
      "_ZN12_GLOBAL__N_11fEi.cold", "(anonymous namespace)::f [clone .cold]",
      "(anonymous namespace)::f(int) [clone .cold]"
    ),
    ("_ZN1a1fEi.isra.0", "a::f", "a::f(int) [clone .isra.0]"),
    ("_ZThn16_N1a1B1fEv", "a::B::f", "non-virtual thunk to a::B::f()"),
  ])
  func `C++ names`(linkageName: String, short: String, full: String) {
    let name = Demangler().demangle(linkageName)
    #expect(name?.short == short)
    #expect(name?.full == full)
    #expect(name?.language == .cPlusPlus)
  }

  @Test(arguments: [
    ("_ZNSt6vectorIiSaIiEE9push_backERKi", "std::vector::push_back"),
    ("_ZNK1aIiEltERKS0_", "a::operator<"),
    ("_ZlsIiERSoS0_RKT_", "operator<<"),
    ("_ZNK3ptrIiEptEv", "ptr::operator->"),
  ])
  func `template arguments can be dropped`(linkageName: String, short: String) {
    var options = Demangler.Options()
    options.dropsTemplateArguments = true
    #expect(Demangler(options: options).demangle(linkageName)?.short == short)
  }

  @Test(arguments: [
    ("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad"),
    ("_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar"),
    (
      "_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$3bar17h930b740aa94f1d3aE",
      "<Test + 'static as foo::Bar<Test>>::bar"
    ),
  ])
  func `Rust names lose their hashes`(linkageName: String, short: String) {
    let name = Demangler().demangle(linkageName)
    #expect(name?.short == short)
    #expect(name?.language == .rust)
  }

  @Test func `D names`() {
    let name = Demangler().demangle("_D8demangle4testFaZv")
    #expect(name?.full == "demangle.test(char)")
    #expect(name?.short == "demangle.test")
  }

  @Test(arguments: [
    "main", "", "_Z", "$s", "_R", "_D", "_ZN", "_D999999999999", "memcpy@plt", "_start", "$", "_T", "SELECT",
  ])
  func `other names stay as they are`(linkageName: String) {
    #expect(Demangler().demangle(linkageName) == nil)
  }

  @Test func `names past the limit are left alone`() {
    #expect(Demangler().demangle("_ZN" + String(repeating: "1a", count: 40_000) + "E") == nil)
  }
}
