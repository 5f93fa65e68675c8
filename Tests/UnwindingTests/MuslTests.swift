import Foundation
import ProfileModel
import Testing

@testable import Unwinding

/// Programs with musl, whose start-up code has neither unwind information nor frame pointers.
@Suite(
  .serialized, .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/musl-gcc"), "needs musl-tools"))
struct MuslTests {
  static let source = """
    #include <pthread.h>
    volatile int sink;
    __attribute__((noinline)) void spin(void) { for (;;) sink++; }
    __attribute__((noinline)) int outer(int n) { volatile int a[40]; a[n] = n; spin(); return a[n]; }
    void *work(void *argument) { return (void *)(long)(outer(2) + 1); }
    int main(int argc, char **argv) {
      pthread_t thread;
      if (argc > 7) return outer(3) + 1;
      pthread_create(&thread, 0, work, 0);
      pthread_join(thread, 0);
    }
    """

  private func chain(_ flags: [String], arguments: Int, strategy: Unwinder.Strategy) throws -> ([String], Chain) {
    let program = try CompiledProgram(Self.source, flags, compiler: "musl-gcc")
    let process = try StoppedProcess(
      [program.path] + Array(repeating: "x", count: arguments), afterMilliseconds: 20)
    let unwinder = TestedUnwinder(options: .init(strategy: strategy))
    var images = MappedImages(pid: process.pid)
    try images.update(unwinder)
    let chain = unwinder.chain(try process.capture(tid: try process.threads().last))
    let symbols = try Symbols(path: program.path)
    let names = chain.addresses.enumerated().map { index, address in
      images.name(index == 0 ? address : address - 1, symbols, program.path) ?? "?"
    }
    return (names, chain)
  }

  @Test(arguments: Unwinder.Strategy.allCases, [[], ["-static"], ["-s"], ["-static", "-fomit-frame-pointer"]])
  func mainIsRooted(strategy: Unwinder.Strategy, flags: [String]) throws {
    for arguments in [7, 64] {
      let (names, chain) = try chain(["-O2"] + flags, arguments: arguments, strategy: strategy)
      #expect(chain.end == .rooted)
      // spin, outer, main, the caller of main, _start.
      #expect(chain.addresses.count == 5, "\(names)")
      guard flags != ["-s"] else { continue }
      #expect(names.first == "spin" && names.contains("main"), "\(names)")
    }
  }

  @Test(arguments: Unwinder.Strategy.allCases, [[], ["-static"]])
  func threadsAreRooted(strategy: Unwinder.Strategy, flags: [String]) throws {
    let (names, chain) = try chain(["-O2"] + flags, arguments: 0, strategy: strategy)
    #expect(chain.end == .rooted)
    // spin, outer, work, musl's start, clone.
    #expect(names.prefix(3) == ["spin", "outer", "work"] && names.count == 5, "\(names)")
  }

  /// Nothing tells of `main` but its code; it is not passed over on the way to `_start`.
  @Test(arguments: [[], ["-static"]])
  func framesWithoutTablesAreNotPassedOver(flags: [String]) throws {
    let silent = ["-O2", "-fomit-frame-pointer", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-g0"]
    let (names, chain) = try chain(silent + flags, arguments: 7, strategy: .tables)
    #expect(chain.end == .rooted, "\(names)")
    #expect(chain.addresses.count == 5 && names.first == "spin" && names.contains("main"), "\(names)")
  }
}
