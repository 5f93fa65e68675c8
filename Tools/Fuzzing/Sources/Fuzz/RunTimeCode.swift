import BinaryReading
import Glibc
import Symbolication

/// A jitdump.
func feedJITDump(_ bytes: [UInt8]) {
  withFile(of: bytes) { descriptor in
    guard let dump = try? JITDump(file: FileReader(path: "jit-1.dump", owning: dup(descriptor))) else { return }
    _ = dump.symbolize(places.map { ($0, nil) } + places.map { ($0, 1 << 40) })
  }
}

/// A perf map.
func feedPerfMap(_ bytes: [UInt8]) {
  withFile(of: bytes) { descriptor in
    var map = PerfMap(path: "/proc/self/fd/\(descriptor)")
    _ = map.symbolize(addresses: places)
  }
}

/// Addresses to ask for; those of the seeds are among them.
private let places: [UInt64] = (0..<256).map { $0 * 0x31 } + [1 << 32, 1 << 47, .max - 1, .max]

/// Gives `body` a nameless file that holds `bytes`.
func withFile(of bytes: [UInt8], _ body: (Int32) -> Void) {
  var template = Array("/dev/shm/fuzz-XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
  guard descriptor >= 0 else { return }
  unlink(template)
  defer { close(descriptor) }
  _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  body(descriptor)
}
