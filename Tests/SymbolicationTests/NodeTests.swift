import BinaryReading
import Foundation
import Testing

@testable import Symbolication

/// Files that a real JIT compiler writes.
@Suite(.enabled(if: Workbench.has("node"), "node is missing"))
struct NodeTests {
  private static let program = """
    function hotFunction(n) { let s = 0; for (let i = 0; i < n; i++) s += i % 7; return s }
    let t = 0; for (let i = 0; i < 20000; i++) t += hotFunction(1000); console.log(process.pid)
    """

  @Test func `jitdump`() throws {
    let bench = try Workbench()
    try bench.write("program.js", Self.program)
    try bench.run("node --perf-prof program.js")
    let name = try bench.run("ls jit-*.dump").split(separator: "\n")[0]
    let dump = try JITDump(file: FileReader(path: bench.path(String(name))))
    let hot = try #require(dump.codes.last { dump.names[Int($0.name)].contains("hotFunction") })
    let frame = dump.symbolize([(hot.start + 8, hot.time + 1)]).frames[0][0]
    #expect(frame.name.contains("hotFunction"))
    // Node.js 20 writes damaged line records, which must not be taken for lines.
    #expect(frame.file?.contains("program.js") != false)
  }

  @Test func `perf map`() throws {
    let bench = try Workbench()
    try bench.write("program.js", Self.program)
    let pid = try bench.run("node --perf-basic-prof program.js").trimmingCharacters(in: .whitespacesAndNewlines)
    let path = "/tmp/perf-\(pid).map"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let line = try #require(
      String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").last { $0.contains("hotFunction") })
    let start = try #require(UInt64(line.prefix { $0 != " " }, radix: 16))
    var map = PerfMap(path: path)
    #expect(map.symbolize(addresses: [start + 1]).frames[0][0].name.contains("hotFunction"))
    #expect(map.malformedLines == 0)
  }
}
