import Testing

@testable import Symbolication

@Suite struct KernelSymbolsTests {
  private let bench: Workbench
  init() throws { bench = try Workbench() }

  private func kernel(_ text: String, restriction: Int = 0) throws -> KernelSymbols {
    try bench.run("mkdir -p sys/kernel")
    try bench.write("kallsyms", text)
    try bench.write("sys/kernel/kptr_restrict", "\(restriction)\n")
    return KernelSymbols(procFolder: bench.folder)
  }

  @Test func `functions reach to the next symbol`() throws {
    let kernel = try kernel(
      """
      0000000000000000 A fixed_percpu_data
      ffffffff81000000 T _text
      ffffffff81000000 T startup_64
      ffffffff81000100 t local_one
      ffffffff81000200 D some_data
      ffffffffc0000000 t nf_hook\t[nf_tables]
      ffffffffc0000400 t bpf_prog_6deef7357e7b4530\t[bpf]
      """)
    let symbols = kernel.symbols(at: [
      0xFFFF_FFFF_8100_0050, 0xFFFF_FFFF_8100_0100, 0xFFFF_FFFF_8100_01FF, 0xFFFF_FFFF_8100_0204, 0xFFFF_FFFF_C000_0010,
      0xFFFF_FFFF_C000_0400, 0xFFFF_FFFF_F000_0000,
    ])
    #expect(
      symbols.map { $0?.name } == ["_text", "local_one", "local_one", nil, "nf_hook", "bpf_prog_6deef7357e7b4530", nil])
    #expect(symbols.map { $0?.module } == [nil, nil, nil, nil, "nf_tables", "bpf", nil])
    #expect(kernel.isVisible)
  }

  @Test func `hidden addresses are explained`() throws {
    let kernel = try kernel("0000000000000000 T _text\n0000000000000000 t foo\n", restriction: 2)
    #expect(!kernel.isVisible)
    let symbols = kernel.symbolize(addresses: [0xFFFF_FFFF_8100_0050])
    #expect(symbols.problem?.reason == .kernelAddressesHidden(restriction: 2))
    #expect(symbols.problem?.description.contains("sysctl kernel.kptr_restrict=0") == true)
  }

  @Test func `garbage is passed over`() throws {
    let kernel = try kernel(
      "\nxyz\nffffffff81000000\nffffffff81000000 T\nffffffffffffffffff T big\nffffffff81000000 T f\n")
    #expect(kernel.symbols(at: [0xFFFF_FFFF_8100_0001]).map { $0?.name } == ["f"])
  }
}
