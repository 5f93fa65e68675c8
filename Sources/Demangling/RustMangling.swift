import CDemangling

/// Rust names: legacy (`_ZN…17h<hash>E`) and v0 (RFC 2603), by libiberty, which drops the hashes.
enum RustMangling {
  /// Whether the name may be a Rust name, which a legacy one shows only at its end: the hash, 16 hexadecimal digits.
  static func isMangled(_ name: borrowing Span<UInt8>) -> Bool {
    guard name.count > 3, name[0] == UInt8(ascii: "_") else { return false }
    if name[1] == UInt8(ascii: "R") { return true }
    guard name[1] == UInt8(ascii: "Z"), name[2] == UInt8(ascii: "N") else { return false }
    var position = 3
    while position + 2 < name.count {
      if name[position] == UInt8(ascii: "1"), name[position + 1] == UInt8(ascii: "7"),
        name[position + 2] == UInt8(ascii: "h")
      {
        return true
      }
      position += 1
    }
    return false
  }

  static func demangle(_ name: String) -> String? {
    unsafe boundedText(name) { name, output, capacity in
      // SAFETY: the name is terminated; the shim writes at most `capacity` bytes.
      unsafe perfprof_demangle_rust(name, output, capacity)
    }
  }
}
