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
      "_ZN12_GLOBAL__N_11fEi.cold", "(anonymous namespace)::f",
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
    ("sort.part.0.constprop.0", "sort"), ("main.cold", "main"), ("open.isra.12", "open"), ("f.llvm.1a2b", "f"),
    ("__GI_x.localalias", "x"), ("__GI_getcwd", "getcwd"), ("__GI___poll", "__poll"), ("__libc_malloc", "malloc"),
    ("__GI___libc_read", "read"),
    ("__swift_destroy_boxed_opaque_existential_1Tm", "__swift_destroy_boxed_opaque_existential_1"),
    ("objectdestroy.12Tm", "objectdestroy.12 [merged]"),
  ])
  func `parts and copies of C functions bear their functions' names`(linkageName: String, short: String) {
    let name = Demangler().demangle(linkageName)
    #expect(name?.short == short)
    #expect(name?.full == linkageName)
    var options = Demangler.Options()
    options.foldsForwarders = false
    #expect(Demangler(options: options).demangle(linkageName) == nil)
  }

  @Test(arguments: [
    "a.b", ".cold", ".part.0", "module.init", "1.2.3", "x.partial", "x.coldest.0", "__libc_start_main", "__GI_",
    "__libc_", "xTm",
  ])
  func `other dots stay`(linkageName: String) {
    #expect(Demangler().demangle(linkageName) == nil)
  }

  @Test func `stubs are demangled as what they lead to`() {
    let names = Demangler().demangle(["$sSS6appendyySSF@plt", "_ZN2ns5outerEi@plt", "printf@plt"])
    #expect(names.map { $0?.short } == ["String.append(_:)@plt", "ns::outer@plt", nil])
    #expect(names[1]?.full == "ns::outer(int)@plt")
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
    ("a<b>::f", "_ZN1aI1bE1fEv", "a::f"), ("a<b>::f", "_RNvNtCs1234_7mycrate3foo3bar", "a<b>::f"),
    ("Array<Int>.append", "$sSa6appendyyxnF", "Array<Int>.append"),
    ("<T as X>::f", "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "<T as X>::f"),
  ])
  func `only C++ loses template arguments`(name: String, linkageName: String, expected: String) {
    #expect(Demangler.withoutTemplateArguments(name, linkageName: linkageName) == expected)
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
