import CDemangling

/// Rust names: legacy (`_ZN…17h<hash>E`) and v0 (RFC 2603), by libiberty, which drops the hashes.
enum RustMangling {
  static func demangle(_ name: String) -> String? {
    let isV0 = name.utf8.starts(with: "_R".utf8)
    guard isV0 || name.utf8.starts(with: "_ZN".utf8) else { return nil }
    return unsafe boundedText(name) { name, output, capacity in
      // SAFETY: the name is terminated; the shim writes at most `capacity` bytes.
      unsafe perfprof_demangle_rust(name, output, capacity)
    }
  }
}
