import CDemangling

/// Swift's names, by the functions that its runtime exports (Swift's docs/ABI/Mangling.rst).
///
/// A substitution (`A…`) repeats a type named before, which may hold substitutions itself: n of them can stand for a
/// text of 2^n types, and the runtime prints them all. Names with few substitutions (19 of 20 real ones) are demangled
/// in place, the others in a child process with limits.
enum SwiftMangling {
  /// Bound on substitutions for demangling in this process: a million types take some 50 ms.
  static let substitutionLimit = 20
  /// Longer names are isolated too: their nesting could exhaust a thread's stack.
  static let lengthLimit = 4_096

  static func isMangled(_ name: borrowing Span<UInt8>) -> Bool {
    guard name.count > 3 else { return false }
    let start = name[0] == UInt8(ascii: "_") ? 1 : 0
    switch (name[start], name[start + 1]) {
    case (UInt8(ascii: "$"), UInt8(ascii: "s")), (UInt8(ascii: "$"), UInt8(ascii: "S")),
      (UInt8(ascii: "$"), UInt8(ascii: "e")):
      return true
    case (UInt8(ascii: "T"), UInt8(ascii: "0")): return start == 1
    case (UInt8(ascii: "@"), UInt8(ascii: "_")): return start == 0  // @__swiftmacro_
    default: return false
    }
  }

  /// Whether the name's demangling has a bound that this process can stand.
  static func isTame(_ name: borrowing Span<UInt8>) -> Bool {
    name.count <= lengthLimit && substitutions(in: name) <= substitutionLimit && !endsInSpecialization(name)
  }

  /// Whether the name stops within the marks of a signature specialization (`Tf…_`), which the runtime of Swift 6.3 may
  /// then read without end (`$s4mainTf3np`).
  private static func endsInSpecialization(_ name: borrowing Span<UInt8>) -> Bool {
    var position = name.count - 1
    while position > 0, name[position] != UInt8(ascii: "_") {
      if name[position] == UInt8(ascii: "f"), name[position - 1] == UInt8(ascii: "T") { return true }
      position -= 1
    }
    return false
  }

  /// The short and the full form of a tame name.
  static func demangle(_ name: String) -> (short: String, full: String)? {
    let count = name.utf8.count
    // SAFETY: the name lives as long as the call; the runtime mallocs its results, which `takeText` frees.
    return unsafe name.withCString { pointer in
      guard let short = unsafe takeText(_swift_backtrace_demangle(pointer, count, nil, nil)),
        let full = unsafe takeText(swift_demangle(pointer, count, nil, nil, 0)), full != name
      else { return nil }
      return (short, full)
    }
  }

  /// At least the number of substitutions that the name holds: each `A` is read as the start of some.
  static func substitutions(in bytes: borrowing Span<UInt8>) -> Int {
    var total = 0
    var start = 0
    while start < bytes.count {
      defer { start += 1 }
      guard bytes[start] == UInt8(ascii: "A") else { continue }
      var position = start + 1
      var repeats = 0
      scan: while position < bytes.count, total <= substitutionLimit {
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
      }
    }
    return total
  }
}
