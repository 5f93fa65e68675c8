import Foundation
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

  @Test func `the kernel's own answers are those of its table`() throws {
    let kernel = KernelSymbols()
    // Only root's table has addresses, and only root may ask by BPF.
    guard kernel.isVisible, let lookup = KernelLookup() else { return }
    let text = try String(contentsOfFile: kernel.path, encoding: .utf8)
    let functions = text.split(separator: "\n").compactMap { line -> UInt64? in
      let parts = line.split(separator: " ")
      return parts.count == 3 && parts[1].lowercased() == "t" ? UInt64(parts[0], radix: 16) : nil
    }
    let addresses = Set(stride(from: 0, to: functions.count, by: 97).map { functions[$0] + 1 }).sorted()
    #expect(!addresses.isEmpty)
    let answers = addresses.map { lookup.symbol(at: $0) }
    let listed = kernel.listedSymbols(at: addresses)
    let different = zip(answers, listed).filter { $0 != $1 }
    // A function of one byte, an alias: not each of a hundred thousand is as plain as it should be.
    #expect(different.count * 100 <= addresses.count, "\(different.prefix(9))")
  }

  @Test(
    arguments: [
      ("do_idle+0x12/0x340", "do_idle", nil, 0x12), ("nf_hook+0x0/0x10 [nf_tables]", "nf_hook", "nf_tables", 0),
      ("a+b+0x1/0x2 [m 0123456789abcdef]", "a+b", "m", 1),
    ] as [(String, String, String?, UInt64)])
  func `an answer gives name, module and start`(text: String, name: String, module: String?, offset: UInt64) {
    let symbol = KernelLookup.symbol(in: ArraySlice(text.utf8), at: 0x8000)
    #expect(symbol == KernelSymbols.Symbol(name: name, module: module, start: 0x8000 - offset))
  }

  @Test(arguments: ["0xffffffff81000000", "", "+", "x+0x", "x+0x9/0x4", "x+0xfffffffffffffffff/0x1", " [m]"])
  func `an answer without a function is none`(text: String) {
    #expect(KernelLookup.symbol(in: ArraySlice(text.utf8), at: 0x8000) == nil)
  }
}
