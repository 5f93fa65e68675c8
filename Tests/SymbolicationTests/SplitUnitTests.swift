import BinaryReading
import ELF
import Foundation
import Testing

@testable import Symbolication

/// Programs whose debug information lies in other files: one for each unit, or a package beside the program.
@Suite struct SplitUnitTests {
  struct Build: CustomStringConvertible, Sendable {
    var compiler: String
    var flags: String
    /// Nil where the units stay in their own files.
    var packager: String?
    var description: String { "\(compiler) \(flags), \(packager ?? "no package")" }
    var isPossible: Bool { Workbench.has(compiler) && packager.map(Workbench.has) ?? true }
  }

  static let builds = [
    Build(compiler: "g++", flags: "-gdwarf-4", packager: "dwp"),
    Build(compiler: "clang++", flags: "-gdwarf-4", packager: "dwp"),
    Build(compiler: "clang++", flags: "-gdwarf-4 -ffunction-sections", packager: "dwp"),
    Build(compiler: "clang++", flags: "-gdwarf-4 -fdebug-types-section", packager: "dwp"),
    Build(compiler: "g++", flags: "-gdwarf-5", packager: "llvm-dwp"),
    Build(compiler: "clang++", flags: "-gdwarf-5", packager: "llvm-dwp"),
    Build(compiler: "clang++", flags: "-gdwarf-5 -ffunction-sections", packager: "llvm-dwp"),
    Build(compiler: "clang++", flags: "-gdwarf-5 -fdebug-types-section", packager: "llvm-dwp"),
    Build(compiler: "g++", flags: "-gdwarf-4"),
    Build(compiler: "g++", flags: "-gdwarf-4 -fdebug-types-section"),
    Build(compiler: "g++", flags: "-gdwarf-5"),
    Build(compiler: "g++", flags: "-gdwarf-5 -gz"),
    Build(compiler: "g++", flags: "-gdwarf-5 -gdwarf64"),
    Build(compiler: "clang++", flags: "-gdwarf-4"),
    Build(compiler: "clang++", flags: "-gdwarf-4 -fno-split-dwarf-inlining"),
    Build(compiler: "clang++", flags: "-gdwarf-5 -ffunction-sections"),
    Build(compiler: "clang++", flags: "-gdwarf-5 -fdebug-types-section"),
    Build(compiler: "clang++", flags: "-gdwarf-5 -gdwarf64"),
    Build(compiler: "clang++", flags: "-gdwarf-5 -gsplit-dwarf=single"),
  ]

  private static let header = """
    static inline __attribute__((always_inline)) int twig(int x) { volatile int y = x; return y % 5 + y; }
    struct Box { int v; __attribute__((noinline)) int get(int); int add(int x) { return twig(x) + v; } };
    """
  private static let other = """
    #include "other.h"
    template <class T> static inline __attribute__((always_inline)) T times(T a) { volatile T b = a; return b * 3; }
    int Box::get(int q) { return times(q) + v; }
    __attribute__((noinline)) int branch(int x) { return twig(x) * 7; }
    __attribute__((noinline)) int bough(int x) {
      Box box{x};
      return twig(branch(x)) + twig(x) + times((long)x) + box.get(x) + box.add(3);
    }
    """

  /// LLVM 14's packager does not come to an end with what g++ makes of `other`.
  private static let plain = """
    static inline __attribute__((always_inline)) int twig(int x) { volatile int y = x; return y % 5 + y; }
    __attribute__((noinline)) int branch(int x) { return twig(x) * 7; }
    __attribute__((noinline)) int bough(int x) { return twig(branch(x)) + twig(x); }
    """

  /// `whole`, which has everything in itself, and `split`.
  private func program(_ bench: Workbench, _ build: Build) throws {
    let main = inliningProgram.replacingOccurrences(of: "int main(", with: "int bough(int); int main(")
      .replacingOccurrences(of: "return ns::outer(count)", with: "return ns::outer(bough(count))")
    try bench.write("main.cpp", main)
    try bench.write("other.h", Self.header)
    let isPlain = build.compiler == "g++" && build.packager == "llvm-dwp"
    try bench.write("other.cpp", isPlain ? Self.plain : Self.other)
    let whole = build.flags.replacingOccurrences(of: "-gsplit-dwarf=single", with: "")
    let split = build.flags.contains("-gsplit-dwarf") ? "" : "-gsplit-dwarf"
    for (flags, output) in [(whole, "whole"), ("\(split) \(build.flags)", "split")] {
      let compile = "\(build.compiler) -g \(flags) -O2 -c"
      try bench.run("\(compile) main.cpp && \(compile) other.cpp && \(build.compiler) main.o other.o -o \(output)")
    }
    if let packager = build.packager { try bench.run("timeout 60 \(packager) -e split -o split.dwp && rm -f *.dwo") }
  }

  private func symbols(of name: String, _ bench: Workbench) throws -> (addresses: [UInt64], symbols: ModuleSymbols) {
    let image = try bench.image(name)
    let text = try #require(image.section(named: ".text"))
    let addresses = (0..<text.size).map { text.address + $0 }
    return (addresses, Symbolicator(options: options()).symbolize(image: image, addresses: addresses))
  }

  @Test(arguments: builds) func `other files tell what whole programs tell`(build: Build) throws {
    guard build.isPossible else {
      print("skipped: \(build) is missing")
      return
    }
    let bench = try Workbench()
    try program(bench, build)
    let (addresses, whole) = try symbols(of: "whole", bench)
    let split = try symbols(of: "split", bench).symbols
    // Stand-ins are named after the file.
    let different = addresses.indices.filter {
      split.frames[$0] != whole.frames[$0] && whole.frames[$0][0].isSymbolized
    }
    #expect(different.isEmpty, "\(different.count): \(different.first.map { split.frames[$0] } ?? [])")
    #expect(split.frames.contains { $0.count == 2 && $0[0].name.hasPrefix("twig") && $0[1].line > 0 })
    let isPlain = build.compiler == "g++" && build.packager == "llvm-dwp"
    #expect(isPlain || split.frames.contains { $0[0].name.hasPrefix("times") && $0[0].line > 0 })
  }

  /// Neither packager can write 64-bit DWARF, and LLVM's not all of g++'s: here the test makes the index, over the
  /// sections of the only unit.
  @Test(
    arguments: [
      ("g++", "-gdwarf-4 -gdwarf64"), ("g++", "-gdwarf-5"), ("g++", "-gdwarf-5 -gdwarf64"),
      ("clang++", "-gdwarf-4 -gdwarf64"), ("clang++", "-gdwarf-5 -gdwarf64"),
    ])
  func `packages in any form`(compiler: String, flags: String) throws {
    guard Workbench.has(compiler) else { return }
    let bench = try Workbench()
    try bench.write("other.h", Self.header)
    try bench.write("all.cpp", Self.other + "int main(int count, char **) { return bough(count); }")
    let compile = "\(compiler) -g \(flags) -O2"
    try bench.run("\(compile) all.cpp -o whole && \(compile) -gsplit-dwarf -c all.cpp && \(compiler) all.o -o split")
    let image = try ELFImage(file: FileReader(path: bench.path("all.dwo")))
    let version = UInt32(flags.contains("-gdwarf-5") ? 5 : 2)
    try bench.write("index", try Self.index(of: image, version: version))
    try bench.run("objcopy --add-section .debug_cu_index=index all.dwo split.dwp && rm all.dwo")
    let (addresses, whole) = try symbols(of: "whole", bench)
    let split = try symbols(of: "split", bench).symbols
    let different = addresses.indices.filter {
      split.frames[$0] != whole.frames[$0] && whole.frames[$0][0].isSymbolized
    }
    #expect(different.isEmpty, "\(different.count): \(different.first.map { split.frames[$0] } ?? [])")
    #expect(split.problem?.description.contains("was not found") != true, "\(split.problem?.description ?? "")")
    #expect(split.frames.contains { $0.count == 2 && $0[0].name.hasPrefix("twig") })
  }

  /// An index with all of a file's sections for its first unit.
  private static func index(of image: ELFImage, version: UInt32) throws -> [UInt8] {
    let own = SplitSections(image)
    let header = try #require(UnitHeader.all(in: own.info).first)
    let unit = DebugUnit(
      header, bytes: own.info.all(), table: AbbreviationTable(own.abbreviations.all(), for: header),
      sections: DebugSections(split: own, program: DebugSections(image, alternate: nil)))
    let number = try #require(unit?.splitID)
    // DW_SECT_INFO, DW_SECT_ABBREV, DW_SECT_STR_OFFSETS, and DW_SECT_RNGLISTS, in version 2 DW_SECT_MACRO.
    let columns: [(UInt32, Int)] = [
      (1, own.info.count), (3, own.abbreviations.count), (6, own.stringOffsets.count),
      (8, version == 5 ? own.rangeLists.count : 1 << 20),
    ]
    func bytes(_ words: [UInt32]) -> [UInt8] { words.withUnsafeBytes { Array($0) } }
    var numbers: [UInt64] = [0, 0]
    var rows: [UInt32] = [0, 0]
    numbers[Int(number & 1)] = number
    rows[Int(number & 1)] = 1
    return bytes([version, UInt32(columns.count), 1, 2]) + numbers.withUnsafeBytes { Array($0) } + bytes(rows)
      + bytes(columns.map(\.0)) + bytes(columns.map { _ in 0 }) + bytes(columns.map { UInt32($0.1) })
  }

  @Test func `files of another build are refused, and missing ones named`() throws {
    let build = Self.builds[5]
    guard build.isPossible else { return }
    let bench = try Workbench()
    try program(bench, Build(compiler: build.compiler, flags: build.flags))
    try bench.run("cp other.dwo kept && printf 'int changed(int x) { return x; }' >>other.cpp")
    try bench.run("\(build.compiler) -g \(build.flags) -O2 -gsplit-dwarf -c other.cpp")
    func problem() throws -> String { try symbols(of: "split", bench).symbols.problem?.description ?? "" }
    #expect(try problem().contains("other.dwo is no regular file, damaged, too large or of another build"))
    try bench.run("rm other.dwo")
    #expect(try problem().contains("other.dwo, which has a part of it, was not found"))
    // A pipe, whose reader would wait, with the right file in the folder of compilation.
    try bench.run("mkdir place && mv split place && mkfifo place/other.dwo && mv kept other.dwo")
    let found = try symbols(of: "place/split", bench).symbols
    #expect(found.frames.contains { $0.count == 2 && $0[0].name.hasPrefix("twig") })
  }

  @Test func `changed packages give what they still hold`() throws {
    let build = Self.builds[5]
    guard build.isPossible, let packager = build.packager else { return }
    let bench = try Workbench()
    try bench.write("main.cpp", inliningProgram)
    try bench.run("\(build.compiler) -g \(build.flags) -O2 -gsplit-dwarf main.cpp -o split")
    try bench.run("\(packager) -e split -o split.dwp && rm *.dwo")
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
    #expect(throws: BinaryReadingError.self) { try PackageIndex(index) }
    #expect(throws: BinaryReadingError.self) { try PackageIndex([5, 0, 0]) }
  }
}
