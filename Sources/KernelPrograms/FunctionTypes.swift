/// The type information of programs with functions: nothing but what the kernel asks for, that there is a function
/// (BTF, `Documentation/bpf/btf.rst` in the kernel's sources).
package enum FunctionTypes {
  /// The number of the only function's type.
  package static let function: UInt32 = 3

  /// The information, as the kernel loads it.
  package static var encoded: [UInt8] {
    let names = Array("\0int\0f\0".utf8)
    let types: [UInt32] = [
      // 1: int, 32 bits, signed.
      1, kind(1), 4, 1 << 24 | 32,
      // 2: a function of no arguments that returns it.
      0, kind(13), 1,
      // 3: such a function, seen by this program alone.
      5, kind(12), 2,
    ]
    let typeBytes = types.flatMap(bytes)
    let header =
      bytes(0x0001_EB9F)
      + [24, 0, UInt32(typeBytes.count), UInt32(typeBytes.count), UInt32(names.count)].flatMap(bytes)
    return header + typeBytes + names
  }

  private static func kind(_ number: UInt32) -> UInt32 { number << 24 }

  private static func bytes(_ number: UInt32) -> [UInt8] {
    // SAFETY: copied during the call.
    unsafe withUnsafeBytes(of: number) { unsafe Array($0) }
  }
}
