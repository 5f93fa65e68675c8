import Glibc

/// Calls into C with a name and a buffer of `Demangler.nameLimit` bytes; nil when the function refuses the name.
func boundedText(_ name: String, _ demangle: (UnsafePointer<CChar>, UnsafeMutablePointer<CChar>, Int) -> Int)
  -> String?
{
  // SAFETY: name and buffer live as long as the call; only the `count` bytes that the callee claims are read, and a
  // claim past the capacity is refused.
  unsafe name.withCString { name in
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Demangler.nameLimit) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let count = unsafe demangle(name, base, Demangler.nameLimit)
      guard count > 0, count <= Demangler.nameLimit else { return nil }
      return unsafe String(decoding: UnsafeRawBufferPointer(start: base, count: count), as: UTF8.self)
    }
  }
}

/// The text that a C function has malloc'd, which is freed; nil for NULL, for nothing, and past the limit.
func takeText(_ text: UnsafeMutablePointer<CChar>?) -> String? {
  guard let text = unsafe text else { return nil }
  // SAFETY: the callee hands over one terminated string from malloc.
  defer { unsafe free(text) }
  let count = unsafe strnlen(text, Demangler.nameLimit + 1)
  guard count > 0, count <= Demangler.nameLimit else { return nil }
  return unsafe String(decoding: UnsafeRawBufferPointer(start: text, count: count), as: UTF8.self)
}
