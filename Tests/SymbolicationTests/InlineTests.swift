import ELF
import Foundation
import Testing

@testable import Symbolication

/// Inlined functions and lines, beside llvm-symbolizer as judge.
@Suite(.enabled(if: Workbench.has("llvm-symbolizer"), "llvm-symbolizer is missing"))
struct InlineTests {
  struct Compiler: CustomStringConvertible, Sendable {
    var command: String
    var source: String
    var description: String { command }
    var isInstalled: Bool { Workbench.has(String(command.prefix { $0 != " " })) }
  }

  private static let swiftProgram = """
    struct Point { var x: Int; var y: Int; @inline(__always) func sum() -> Int { x &* 31 &+ y } }
    @inline(never) func total(_ points: [Point]) -> Int { points.map { $0.sum() }.filter { $0 > 3 }.reduce(0, &+) }
    print(total((0..<CommandLine.arguments.count).map { Point(x: $0, y: $0 &* 2) }))
    """
  private static let rustProgram = """
    #[inline(never)] fn total(v: &[u64]) -> u64 { v.iter().map(|x| x.rotate_left(3)).filter(|x| x % 3 == 0).sum() }
    fn main() { let v: Vec<u64> = std::env::args().map(|a| a.len() as u64).collect(); println!("{}", total(&v)); }
    """
  static let compilers = [
    Compiler(command: "g++ -g -gdwarf-4 -O2 program.cpp", source: "cpp"),
    Compiler(command: "g++ -g -gdwarf-5 -O2 program.cpp", source: "cpp"),
    Compiler(command: "g++ -g -O2 -ffunction-sections -gz program.cpp", source: "cpp"),
    // 32-bit code; without libraries, which take a package of their own.
    Compiler(command: "g++ -m32 -nostdlib -g -gdwarf-4 -O2 program.cpp", source: "cpp"),
    Compiler(command: "g++ -m32 -nostdlib -g -gdwarf-5 -gz -O2 program.cpp", source: "cpp"),
    Compiler(command: "clang -g -gdwarf-4 -O2 program.c", source: "c"),
    Compiler(command: "clang -g -gdwarf-5 -O2 program.c", source: "c"),
    Compiler(command: "swiftc -g -O program.swift", source: "swift"),
    Compiler(command: "swiftc -g -Onone program.swift", source: "swift"),
    Compiler(command: "rustc -g -O program.rs", source: "rs"),
  ]

  @Test(arguments: compilers) func `the judge's answer`(compiler: Compiler) throws {
    guard compiler.isInstalled else {
      print("skipped: \(compiler) is missing")
      return
    }
    let bench = try Workbench()
    try bench.write("program.c", smallProgram)
    try bench.write("program.cpp", inliningProgram)
    try bench.write("program.swift", Self.swiftProgram)
    try bench.write("program.rs", Self.rustProgram)
    try bench.run(compiler.command + " -o program")
    let addresses = try codeAddresses(bench, limit: 4_000)
    let symbols = Symbolicator(options: options()).symbolize(image: try bench.image("program"), addresses: addresses)
    let judge = try verdicts(bench, addresses)
    try #require(judge.count == addresses.count)
    var different: [String] = []
    for (index, chain) in judge.enumerated() {
      let own = symbols.frames[index].map { frame in
        (frame.linkageName ?? frame.name, "\(frame.file ?? "??"):\(frame.line)", frame.isInlined)
      }
      // Where no function is known we give a stand-in, and no line.
      if chain.last?.name == "??" { continue }
      let same =
        own.count == chain.count
        && zip(own, chain).allSatisfy { own, other in
          // Aliases: several symbols at one address; the judge takes the last, we the plainest.
          (own.0 == other.name || !own.2) && Self.samePlace(own.1, other.place)
        }
      if !same { different.append("0x\(String(addresses[index], radix: 16)): \(own) for \(chain)") }
    }
    #expect(
      Double(different.count) <= 0.005 * Double(addresses.count), "\(different.count): \(different.prefix(5))")
    #expect(own(symbols, inlinedShare: compiler.command.contains("-O2") && compiler.source == "cpp"))
  }

  private func own(_ symbols: ModuleSymbols, inlinedShare: Bool) -> Bool {
    !inlinedShare || symbols.frames.contains { $0.count == 3 && $0[0].isInlined && $0[1].isInlined && !$0[2].isInlined }
  }

  /// Every instruction of `.text`, or each n-th.
  private func codeAddresses(_ bench: Workbench, limit: Int) throws -> [UInt64] {
    let listing = try bench.run("objdump -d --no-show-raw-insn -j .text program")
    let all = listing.split(separator: "\n").compactMap { line -> UInt64? in
      guard line.hasPrefix(" "), let colon = line.firstIndex(of: ":") else { return nil }
      return UInt64(line[..<colon].drop { $0 == " " }, radix: 16)
    }
    let step = max(1, all.count / limit)
    return stride(from: 0, to: all.count, by: step).map { all[$0] }
  }

  private func verdicts(_ bench: Workbench, _ addresses: [UInt64]) throws -> [[(name: String, place: String)]] {
    try bench.write("addresses", addresses.map { "0x" + String($0, radix: 16) }.joined(separator: "\n"))
    let text = try bench.run("llvm-symbolizer --obj=program --inlines --no-demangle < addresses")
    return text.split(separator: "\n\n").map { block in
      let lines = block.split(separator: "\n").map(String.init)
      return stride(from: 0, to: lines.count - 1, by: 2).map { index in
        (lines[index], lines[index + 1].split(separator: ":").dropLast().joined(separator: ":"))
      }
    }
  }

  private static func samePlace(_ own: String, _ judge: String) -> Bool {
    // Without DWARF the judge guesses the file by the symbol table's STT_FILE entries; we don't.
    place(own) == place(judge) || own == "??:0" && judge.hasSuffix(":0") && !judge.hasPrefix("/")
  }

  /// A place without detours in its path; the judge prints no folder that we would not.
  private static func place(_ text: String) -> String {
    // What the compiler made has no place in a source.
    if text.contains("<compiler-generated>") { return "??" }
    let (path, line) = (text.prefix { $0 != ":" }, text.drop { $0 != ":" })
    if path == "??" { return "??" }
    return (String(path) as NSString).lastPathComponent + line
  }
}
