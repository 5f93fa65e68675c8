import Foundation
import ProfileModel
import Testing

@testable import UnwindTables

/// Tables of a source that is compiled on the spot, with options that change how frames are laid out.
@Suite struct CompiledCodeTests {
  /// Frames of many shapes: none, small, large, realigned, of variable size, with many saved registers and early exits.
  static let source = """
    typedef int (*callback)(void *);
    int leaf(int x) { return x * 3; }
    int small(callback f, int x) { return f(&x) + x; }
    int large(callback f) { char memory[20000]; memory[5] = 1; return f(memory) + memory[7]; }
    int realigned(callback f, int n) {
      _Alignas(64) char memory[128]; char more[n]; more[0] = 1;
      return f(memory) + f(more) + memory[3];
    }
    int variable(callback f, int n) { char memory[n]; memory[0] = 1; return f(memory) + memory[1]; }
    long busy(callback f, long a, long b, long c, long d, long e) {
      if (a == 3) return 7;
      long g = a * b, h = c * d, i = d * e, j = a + e, k = b ^ c;
      for (long n = 0; n < a; n++) { g += f(&g); h ^= g; i -= h; j += i; k *= j; if (k == 9) return f(&k); }
      return g + h + i + j + k;
    }
    __attribute__((noreturn)) void never(callback f) { for (;;) f(0); }
    int sum(int count, ...) {
      __builtin_va_list list; __builtin_va_start(list, count); int total = 0;
      while (count--) total += __builtin_va_arg(list, int);
      __builtin_va_end(list); return total;
    }

    """

  struct Build: CustomTestStringConvertible, Sendable {
    var compiler: String
    var options: [String]
    var testDescription: String { ([compiler] + options).joined(separator: " ") }
  }

  static let builds: [Build] = {
    let arm = ["aarch64-linux-gnu-gcc"]
    var builds: [Build] = []
    for compiler in ["gcc", "clang", "aarch64-linux-gnu-gcc"] {
      for options in [["-O0"], ["-O2"], ["-Os", "-fomit-frame-pointer"], ["-O2", "-fno-omit-frame-pointer"]] {
        builds.append(Build(compiler: compiler, options: options))
      }
      builds.append(
        Build(compiler: compiler, options: ["-O2", "-g", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables"]))
    }
    // i386, and x32: 64-bit code with addresses of 4 bytes.
    for word in ["-m32", "-mx32"] {
      for options in [
        ["-O0"], ["-O2"], ["-Os", "-fomit-frame-pointer"], ["-O2", "-fno-omit-frame-pointer"],
        ["-O2", "-g", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables"],
      ] { builds.append(Build(compiler: "gcc", options: [word] + options)) }
    }
    for compiler in arm { builds.append(Build(compiler: compiler, options: ["-O2", "-mbranch-protection=standard"])) }
    return builds
  }()

  @Test(arguments: builds) func rowsEqualReadelfs(build: Build) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("unwind-tables-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appendingPathComponent("frames.c").path
    let binary = folder.appendingPathComponent("frames.so").path
    try Self.source.write(toFile: source, atomically: true, encoding: .utf8)
    _ = output(of: build.compiler, build.options + ["-fPIC", "-shared", "-nostdlib", source, "-o", binary])
    guard FileManager.default.fileExists(atPath: binary), let image = try TestImage(path: binary),
      let dump = output(of: "readelf", ["--debug-dump=frames-interp", binary])
    else {
      print("SKIPPED: no \(build.compiler) or no readelf here")
      return
    }
    let isDebugFrame = build.options.contains("-g")
    #expect(image.sections.debugFrame != nil || !isDebugFrame)
    let rows = ReadelfRows(dump).rows
    var table = UnwindTable(architecture: image.architecture, sections: image.sections)
    var comparison = Comparison()
    comparison.run(rows, &table)
    print("\(build.testDescription): \(comparison.compared) rows, \(comparison.handedOn) handed on")
    #expect(comparison.compared > 20)
    #expect(comparison.handedOn == 0)
    let differences = comparison.differences.count
    #expect(differences == 0, "\(comparison.differences.prefix(5))")
    guard build.options.contains("-mbranch-protection=standard") else { return }
    let signed = rows.contains { table.rule(at: $0.address).flags.contains(.signedReturnAddress) }
    #expect(signed)
  }
}
