import CDemangling

/// Swift's names, by the functions that its runtime exports (Swift's docs/ABI/Mangling.rst).
///
/// A substitution (`A…`) repeats a type named before, so a name of n of them can stand for a text of up to 1.44^n
/// entities. The runtime prints them all. Names with few substitutions (999 of 1,000 real ones) can't grow past some
/// megabytes and are demangled here; the others in a child process with limits.
enum SwiftMangling {
  /// Bound on substitutions for demangling in this process.
  static let substitutionLimit = 40
  /// Longer names are isolated too: their nesting could exhaust a thread's stack.
  static let lengthLimit = 8_192
  /// What an isolated name may take.
  static let isolatedMilliseconds: Int32 = 250

  private static let prefixes = ["$s", "$S", "$e", "_$s", "_$S", "_$e", "_T0", "@__swiftmacro_"]

  static func isMangled(_ name: String) -> Bool {
    prefixes.contains { name.utf8.starts(with: $0.utf8) }
  }

  static func short(_ name: String) -> String? { text(name, full: false) }

  static func full(_ name: String) -> String? { text(name, full: true) }

  private static func text(_ name: String, full: Bool) -> String? {
    let bytes = Array(name.utf8)
    let isTame = bytes.count <= lengthLimit && substitutions(in: bytes) <= substitutionLimit
    if !isTame {
      return unsafe boundedText(name) { name, output, capacity in
        // SAFETY: the shim reads `bytes.count` bytes of the name and writes at most `capacity`.
        unsafe perfprof_demangle_swift_isolated(name, bytes.count, full, output, capacity, isolatedMilliseconds)
      }
    }
    // SAFETY: the name lives as long as the call; the runtime mallocs its result, which `takeText` frees.
    let text: String? = unsafe name.withCString { pointer in
      unsafe takeText(
        full
          ? swift_demangle(pointer, bytes.count, nil, nil, 0)
          : _swift_backtrace_demangle(pointer, bytes.count, nil, nil))
    }
    return text == name ? nil : text
  }

  /// At least the number of substitutions that the name holds: each `A` is read as the start of one.
  static func substitutions(in bytes: [UInt8]) -> Int {
    var total = 0
    for start in bytes.indices where bytes[start] == UInt8(ascii: "A") {
      var position = start + 1
      var repeats = 0
      scan: while position < bytes.count {
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
          repeats = min(repeats &* 10 &+ Int(byte - UInt8(ascii: "0")), 1 << 20)
        case UInt8(ascii: "a")...UInt8(ascii: "z"):
          total += max(repeats, 1)
          repeats = 0
        case UInt8(ascii: "A")...UInt8(ascii: "Z"):
          total += max(repeats, 1)
          break scan
        case UInt8(ascii: "_"):
          total += 1
          break scan
        default: break scan
        }
        if total > substitutionLimit { return total }
      }
    }
    return total
  }
}
