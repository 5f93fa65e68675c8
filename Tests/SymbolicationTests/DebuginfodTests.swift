import ELF
import Foundation
import Glibc
import Testing

@testable import Symbolication

@Suite(
  .serialized,
  .enabled(if: Workbench.has("debuginfod") && Workbench.has("gcc"), "debuginfod or gcc is missing"))
struct DebuginfodTests {
  /// A real server on loopback, over the debug files of the test's folder.
  @Test func `a debug file from a server`() throws {
    let bench = try Workbench()
    try bench.write("small.c", smallProgram)
    try bench.run("mkdir files && gcc -g -O1 -Wl,--build-id small.c -o full && strip -o stripped full")
    try bench.run("objcopy --only-keep-debug full files/full.debug")
    let server = Process()
    server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let port = Int.random(in: 20_000..<60_000)
    server.arguments = ["debuginfod", "-d", ":memory:", "-p", "\(port)", "-F", bench.path("files"), "-t", "0"]
    server.standardError = FileHandle(forWritingAtPath: "/dev/null")
    server.standardOutput = FileHandle(forWritingAtPath: "/dev/null")
    try server.run()
    defer {
      kill(server.processIdentifier, SIGKILL)
      server.waitUntilExit()
    }
    // Ready when it has scanned its folder, which its metrics tell.
    try bench.run(
      "for i in $(seq 600); do curl -s http://127.0.0.1:\(port)/metrics | grep -q 'groom_total\\|scanned_files_total.*[1-9]' && break; sleep 0.05; done"
    )
    setenv("DEBUGINFOD_URLS", "http://127.0.0.1:\(port)", 1)
    setenv("DEBUGINFOD_CACHE_PATH", bench.path("cache"), 1)
    defer { unsetenv("DEBUGINFOD_URLS") }
    let tiny = try bench.address(of: "tiny", in: "full")
    var options = options()
    options.usesDebuginfod = true
    let symbols = Symbolicator(options: options).symbolize(image: try bench.image("stripped"), addresses: [tiny + 1])
    #expect(symbols.frames[0].last?.name == "tiny")
    #expect(symbols.source.hasPrefix("debug file " + bench.path("cache")))
    options.usesDebuginfod = false
    let without = Symbolicator(options: options).symbolize(image: try bench.image("stripped"), addresses: [tiny + 1])
    #expect(without.unsymbolizedCount == 1)
  }

  @Test func `a server that never answers costs its time and no more`() throws {
    let bench = try Workbench()
    try bench.write("small.c", smallProgram)
    try bench.run("gcc -O1 -Wl,--build-id small.c -s -o stripped")
    // A socket that listens and is never read from.
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        guard bind(listener, pointer, length) == 0, listen(listener, 8) == 0,
          getsockname(listener, pointer, &length) == 0
        else { return UInt16(0) }
        return UnsafeRawPointer(pointer).load(as: sockaddr_in.self).sin_port.bigEndian
      }
    }
    try #require(port != 0)
    setenv("DEBUGINFOD_URLS", "http://127.0.0.1:\(port)", 1)
    setenv("DEBUGINFOD_CACHE_PATH", bench.path("cache"), 1)
    defer { unsetenv("DEBUGINFOD_URLS") }
    var options = options()
    options.usesDebuginfod = true
    options.debuginfodSeconds = 2
    let start = ContinuousClock.now
    let symbols = Symbolicator(options: options).symbolize(image: try bench.image("stripped"), addresses: [0x1150])
    #expect(symbols.unsymbolizedCount == 1)
    #expect(ContinuousClock.now - start < .seconds(20))
  }
}
