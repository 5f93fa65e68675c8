import BinaryReading
import ELF
import Foundation
import Testing

@testable import Symbolication

/// Programs whose debug information lies in a package beside them.
@Suite struct SplitPackageTests {
  struct Build: CustomStringConvertible, Sendable {
    var compiler: String
    var packager: String
    var flags: String
    var description: String { "\(compiler) \(flags), \(packager)" }
    var isPossible: Bool { Workbench.has(compiler) && Workbench.has(packager) }
  }

  static let builds = [
    Build(compiler: "g++", packager: "dwp", flags: "-gdwarf-4"),
    Build(compiler: "clang++", packager: "dwp", flags: "-gdwarf-4"),
    Build(compiler: "clang++", packager: "dwp", flags: "-gdwarf-4 -ffunction-sections"),
    Build(compiler: "g++", packager: "llvm-dwp", flags: "-gdwarf-5"),
    Build(compiler: "clang++", packager: "llvm-dwp", flags: "-gdwarf-5"),
    Build(compiler: "clang++", packager: "llvm-dwp", flags: "-gdwarf-5 -ffunction-sections"),
  ]

  private static let other = """
    static inline __attribute__((always_inline)) int twig(int x) { volatile int y = x; return y % 5 + y; }
    __attribute__((noinline)) int branch(int x) { return twig(x) * 7; }
    __attribute__((noinline)) int bough(int x) { return twig(branch(x)) + twig(x); }
    """

  @Test(arguments: builds) func `packages tell what whole files tell`(build: Build) throws {
    guard build.isPossible else {
      print("skipped: \(build) is missing")
      return
    }
    let bench = try Workbench()
    let main = inliningProgram.replacingOccurrences(of: "int main(", with: "int bough(int); int main(")
      .replacingOccurrences(of: "return ns::outer(count)", with: "return ns::outer(bough(count))")
    try bench.write("main.cpp", main)
    try bench.write("other.cpp", Self.other)
    let compile = "\(build.compiler) -g \(build.flags) -O2"
    try bench.run("\(compile) -c main.cpp && \(compile) -c other.cpp && \(build.compiler) main.o other.o -o whole")
    try bench.run("\(compile) -gsplit-dwarf -c main.cpp && \(compile) -gsplit-dwarf -c other.cpp")
    try bench.run("\(build.compiler) main.o other.o -o split && \(build.packager) -e split -o split.dwp && rm *.dwo")
    let image = try bench.image("whole")
    let text = try #require(image.section(named: ".text"))
    let addresses = (0..<text.size).map { text.address + $0 }
    let symbolicator = Symbolicator(options: options())
    let whole = symbolicator.symbolize(image: image, addresses: addresses)
    let split = symbolicator.symbolize(image: try bench.image("split"), addresses: addresses)
    #expect(split.frames == whole.frames)
    #expect(split.frames.contains { $0.count == 3 && $0[0].name == "ns::leaf(int)" && $0[0].line > 0 })
    #expect(split.frames.contains { $0.count == 2 && $0[0].name.hasPrefix("twig") && $0[1].line > 0 })
  }

  @Test func `changed packages give what they still hold`() throws {
    let build = Self.builds[4]
    guard build.isPossible else { return }
    let bench = try Workbench()
    try bench.write("main.cpp", inliningProgram)
    try bench.run("\(build.compiler) -g \(build.flags) -O2 -gsplit-dwarf main.cpp -o split")
    try bench.run("\(build.packager) -e split -o split.dwp && rm *.dwo")
    let image = try bench.image("split")
    let text = try #require(image.section(named: ".text"))
    let addresses = (0..<text.size).map { text.address + $0 }
    let file = try FileReader(path: bench.path("split.dwp"))
    let original = try file.read(at: 0, count: file.status().size)
    // Each byte of a small file, and each length of it, though not all at once.
    for place in stride(from: 0, to: original.count, by: 7) {
      var bytes = original
      bytes[place] ^= UInt8(truncatingIfNeeded: 1 << (place & 7)) | 0x80
      if place % 3 == 0 { bytes.removeLast(place) }
      try bench.write("split.dwp", bytes)
      let symbols = Symbolicator(options: options()).symbolize(image: image, addresses: addresses)
      #expect(symbols.frames.count == addresses.count)
    }
  }

  @Test func `counts past the index are refused`() {
    var index = [UInt8](repeating: 0xFF, count: 64)
    index.replaceSubrange(0..<4, with: [5, 0, 0, 0])
    index.replaceSubrange(4..<8, with: [8, 0, 0, 0])
    #expect(throws: BinaryReadingError.self) { try SplitPackage.read(index.rawSpan) }
    #expect(throws: BinaryReadingError.self) { try SplitPackage.read([5, 0, 0].rawSpan) }
  }
}
