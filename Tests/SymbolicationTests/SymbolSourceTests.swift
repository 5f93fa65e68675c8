import ELF
import Testing

@testable import Symbolication

/// Each source of names, proven by a binary made for it.
@Suite(.enabled(if: Workbench.has("gcc") && Workbench.has("objcopy"), "gcc or objcopy is missing"))
struct SymbolSourceTests {
  private let bench: Workbench
  private let tiny: UInt64
  private let shown: UInt64

  init() throws {
    bench = try Workbench()
    try bench.write("small.c", smallProgram)
    try bench.run("gcc -g -O1 -rdynamic -Wl,--build-id small.c -o full")
    tiny = try bench.address(of: "tiny", in: "full")
    shown = try bench.address(of: "shown", in: "full")
  }

  /// The names of `tiny` and `shown`.
  private func names(_ file: String, _ options: Symbolicator.Options) throws -> (ModuleSymbols, [String]) {
    let addresses = [tiny + 1, shown + 1].sorted()
    let symbols = Symbolicator(options: options).symbolize(image: try bench.image(file), addresses: addresses)
    let names = symbols.frames.map { $0.last?.name ?? "" }
    return (symbols, tiny < shown ? names : names.reversed())
  }

  @Test func `symtab`() throws {
    let (symbols, names) = try names("full", options())
    #expect(names == ["tiny", "shown"])
    #expect(symbols.source == ".symtab")
    #expect(symbols.problem == nil)
    #expect(symbols.frames.allSatisfy { $0.last?.file?.hasSuffix("small.c") == true })
  }

  @Test func `dynsym knows exported functions only, and the gap is named`() throws {
    try bench.run("strip -o stripped full")
    let (symbols, names) = try names("stripped", options())
    #expect(names == ["stripped+0x" + String(tiny + 1, radix: 16), "shown"])
    #expect(symbols.source == ".dynsym")
    #expect(symbols.unsymbolizedCount == 1)
    #expect(symbols.problem?.reason == .onlyDynamicSymbols)
    #expect(symbols.problem?.buildID == (try bench.image("full").buildID))
    let buildID = try #require(symbols.problem?.buildID)
    #expect(symbols.problem?.description.contains("\(buildID)") == true)
  }

  @Test func `debug file by build ID`() throws {
    try bench.run("strip -o stripped full")
    let buildID = try #require(try bench.image("full").buildID).description
    let folder = "debug/.build-id/" + buildID.prefix(2)
    let file = folder + "/" + buildID.dropFirst(2) + ".debug"
    try bench.run("mkdir -p \(folder) && objcopy --only-keep-debug full \(file)")
    let (symbols, names) = try names("stripped", options([bench.path("debug")]))
    #expect(names == ["tiny", "shown"])
    #expect(symbols.source == "debug file " + bench.path(file))
    #expect(symbols.frames.allSatisfy { $0.last?.line ?? 0 > 0 })
  }

  @Test(arguments: ["full.debug", ".debug/full.debug", "global/PLACE/full.debug"])
  func `debug link`(place: String) throws {
    let place = place.replacing("PLACE", with: bench.folder.dropFirst())
    try bench.run("mkdir -p $(dirname \(place)) && objcopy --only-keep-debug full full.debug")
    try bench.run("strip -R .note.gnu.build-id -o stripped full && objcopy --add-gnu-debuglink=full.debug stripped")
    if place != "full.debug" { try bench.run("mv full.debug \(place)") }
    let (symbols, names) = try names("stripped", options([bench.path("global")]))
    #expect(names == ["tiny", "shown"])
    #expect(symbols.source.hasSuffix("/" + place))
  }

  @Test func `a debug file with another checksum is refused and named`() throws {
    try bench.run("objcopy --only-keep-debug -R .note.gnu.build-id full full.debug")
    try bench.run("strip -R .note.gnu.build-id -o stripped full && objcopy --add-gnu-debuglink=full.debug stripped")
    try bench.run("printf x >> full.debug")
    let (symbols, names) = try names("stripped", options())
    #expect(names[0].hasPrefix("stripped+0x"))
    #expect(symbols.problem?.reason == .debugFileMismatch(path: bench.path("full.debug")))
  }

  @Test func `a debug file with another build ID is refused and named`() throws {
    try bench.run("strip -o stripped full && gcc -g -O2 -Wl,--build-id -DOTHER small.c -o other")
    let buildID = try #require(try bench.image("full").buildID).description
    let folder = "debug/.build-id/" + buildID.prefix(2)
    let file = folder + "/" + buildID.dropFirst(2) + ".debug"
    try bench.run("mkdir -p \(folder) && objcopy --only-keep-debug other \(file)")
    let (symbols, names) = try names("stripped", options([bench.path("debug")]))
    #expect(names[0].hasPrefix("stripped+0x"))
    #expect(symbols.problem?.reason == .debugFileMismatch(path: bench.path(file)))
  }

  @Test func `a debug link to itself ends`() throws {
    try bench.run(
      "strip -o full.debug full && cp full.debug x && objcopy --add-gnu-debuglink=x full.debug loop && cp loop x")
    let symbols = Symbolicator(options: options()).symbolize(image: try bench.image("loop"), addresses: [tiny + 1])
    #expect(symbols.unsymbolizedCount == 1)
  }

  @Test(.enabled(if: Workbench.has("xz"), "xz is missing"))
  func `MiniDebugInfo`() throws {
    try bench.run("objcopy -S --keep-symbol=tiny full mini && xz -c mini > mini.xz && strip -o stripped full")
    try bench.run("objcopy --add-section .gnu_debugdata=mini.xz stripped")
    let (symbols, names) = try names("stripped", options())
    #expect(names == ["tiny", "shown"])
    #expect(symbols.source == ".gnu_debugdata + .dynsym")
  }

  @Test func `functions known by unwind information alone`() throws {
    try bench.run("gcc -O1 -s small.c -o bare")
    let symbols = Symbolicator(options: options()).symbolize(
      image: try bench.image("bare"), addresses: [0x1150, 0x1158, 0x1170],
      functionRange: { $0 < 0x1160 ? 0x1140..<0x1160 : nil })
    #expect(symbols.frames.map { $0[0].name } == ["bare+0x1140", "bare+0x1140", "bare+0x1170"])
    #expect(symbols.frames.allSatisfy { !$0[0].isSymbolized })
    #expect(symbols.problem?.reason == .noSymbols)
  }

  @Test func `stubs`() throws {
    let line = try bench.run("objdump -d full").split(separator: "\n").first { $0.contains("<printf@plt>:") }
    let start = try #require(line.flatMap { UInt64($0.prefix(16), radix: 16) })
    let symbols = Symbolicator(options: options()).symbolize(image: try bench.image("full"), addresses: [start + 4])
    #expect(symbols.frames[0].map(\.name) == ["printf@plt"])
  }

  /// Stubs of 32-bit code, which jump through an address that is absolute or counted from %ebx.
  @Test(arguments: ["-shared -fPIC", "-shared -fPIC -Wl,-z,now", "-fno-pie -no-pie", "-fno-pie -no-pie -Wl,-z,now"])
  func `narrow stubs`(flags: String) throws {
    try bench.write("library.c", "int elsewhere(int x) { return x * 3; } int other(int x) { return x + 3; }")
    try bench.write(
      "caller.c", "int elsewhere(int); int other(int); int _start(int x) { return elsewhere(x) + other(x) + 1; }")
    try bench.run("gcc -m32 -nostdlib -O1 -shared -fPIC library.c -o library.so")
    try bench.run("gcc -m32 -nostdlib -O1 \(flags) caller.c library.so -o caller")
    let text = try bench.run("objdump -d caller").split(separator: "\n")
    for name in ["elsewhere", "other"] {
      let line = text.first { $0.contains("<\(name)@plt>:") }
      let start = try #require(line.flatMap { UInt64($0.prefix(8), radix: 16) })
      let symbols = Symbolicator(options: options()).symbolize(
        image: try bench.image("caller"), addresses: [start, start + 6])
      #expect(symbols.frames.map { $0.map(\.name) } == [["\(name)@plt"], ["\(name)@plt"]])
    }
  }

  /// Debug information in forms that are rarer, each of which tells what the usual form does.
  @Test(arguments: [
    "objcopy --compress-debug-sections=zstd usual other", "objcopy --compress-debug-sections=zlib usual other",
    "objcopy --compress-debug-sections=zlib-gnu usual other", "g++ -g -gdwarf-5 -gdwarf64 -O2 inlines.cpp -o other",
    "g++ -g -gdwarf-4 -fdebug-types-section -O2 inlines.cpp -o other", "g++ -g -gdwarf-3 -O2 inlines.cpp -o other",
    "g++ -g -gdwarf-5 -fdebug-types-section -ffunction-sections -O2 inlines.cpp -o other",
    "clang++ -g -ffunction-sections -O2 inlines.cpp -o other",
  ])
  func `inlined calls in every form of DWARF`(command: String) throws {
    try bench.write("inlines.cpp", inliningProgram)
    try bench.run("g++ -g -O2 inlines.cpp -o usual")
    try bench.run(command)
    let outer = try bench.address(of: "_ZN2ns5outerEi", in: "other")
    let symbols = Symbolicator(options: options())
      .symbolize(image: try bench.image("other"), addresses: (0..<24).map { outer + $0 })
    let chain = try #require(symbols.frames.first { $0.count == 3 })
    // g++ gives functions that it only inlines no linkage name, and so no namespace.
    #expect(chain.map { $0.name.split(separator: ":").last } == ["leaf", "middle", "outer"])
    #expect(chain.map(\.line) == [2, 3, 4])
    #expect(chain.map(\.isInlined) == [true, true, false])
    if command.hasPrefix("objcopy") {
      let usual = Symbolicator(options: options())
        .symbolize(image: try bench.image("usual"), addresses: (0..<24).map { outer + $0 })
      #expect(symbols.frames == usual.frames)
    }
  }

  @Test(.enabled(if: Workbench.has("dwz"), "dwz is missing"))
  func `debug information shared by dwz`() throws {
    try bench.write("inlines.cpp", inliningProgram)
    try bench.run("for i in 1 2; do g++ -g -gdwarf-4 -O2 -DN=$i inlines.cpp -o plain$i; cp plain$i dwz$i; done")
    try bench.run("dwz -m shared.debug -M shared.debug dwz1 dwz2")
    let image = try bench.image("dwz1")
    try #require(image.altLink != nil)
    let outer = try bench.address(of: "_ZN2ns5outerEi", in: "plain1")
    let addresses = (0..<24).map { outer + $0 }
    let symbolicator = Symbolicator(options: options())
    let expected = symbolicator.symbolize(image: try bench.image("plain1"), addresses: addresses)
    #expect(symbolicator.symbolize(image: image, addresses: addresses).frames == expected.frames)
    #expect(expected.frames.contains { $0.count == 3 })
  }

  @Test(arguments: [4, 5]) func `split DWARF`(version: Int) throws {
    try bench.write("inlines.cpp", inliningProgram)
    try bench.run(
      "g++ -g -gdwarf-\(version) -O2 inlines.cpp -o whole && g++ -g -gdwarf-\(version) -gsplit-dwarf -O2 inlines.cpp -o split"
    )
    try bench.run("ls *.dwo")
    let outer = try bench.address(of: "_ZN2ns5outerEi", in: "split")
    try #require(outer == (try bench.address(of: "_ZN2ns5outerEi", in: "whole")))
    let addresses = (0..<24).map { outer + $0 }
    let symbolicator = Symbolicator(options: options())
    let expected = symbolicator.symbolize(image: try bench.image("whole"), addresses: addresses)
    #expect(symbolicator.symbolize(image: try bench.image("split"), addresses: addresses).frames == expected.frames)
    #expect(expected.frames.contains { $0.count == 3 })
  }
}
