import Glibc

extension Substring {
  /// What follows the first of `prefixes` that this text begins with.
  func removing(oneOf prefixes: [String]) -> Substring? {
    guard let first = utf8.first else { return nil }
    // Most texts begin with none of them; the first byte tells at once.
    for prefix in prefixes where prefix.utf8.first == first && utf8.starts(with: prefix.utf8) {
      return Substring(utf8.dropFirst(prefix.utf8.count))
    }
    return nil
  }

  /// Where `text`, which isn't empty, stands first.
  func firstRange(ofText text: String) -> Range<Index>? {
    let wanted = Array(text.utf8)
    let offset = unsafe utf8.withContiguousStorageIfAvailable { bytes -> Int? in
      guard let base = bytes.baseAddress, let first = wanted.first else { return nil }
      var position = 0
      while bytes.count - position >= wanted.count {
        // SAFETY: memchr and memcmp read bytes of the buffer only, which outlives the call.
        guard let found = unsafe memchr(base + position, Int32(first), bytes.count - position - wanted.count + 1)
        else { return nil }
        position = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
        if unsafe memcmp(base + position, wanted, wanted.count) == 0 { return position }
        position += 1
      }
      return nil
    }
    // Texts from this process are contiguous.
    guard let offset = offset ?? nil else { return nil }
    let start = utf8.index(startIndex, offsetBy: offset)
    return start..<utf8.index(start, offsetBy: text.utf8.count)
  }

  /// Where `text` stands last.
  func lastRange(ofText text: String) -> Range<Index>? {
    var last: Range<Index>?
    var rest = self
    while let range = rest.firstRange(ofText: text) {
      last = range
      rest = rest[range.upperBound...]
    }
    return last
  }
}

extension String {
  /// Whether a zero byte, which would end it for C, is in the text.
  var holdsZero: Bool {
    // SAFETY: memchr reads the buffer's bytes, which outlive the call.
    unsafe utf8.withContiguousStorageIfAvailable { bytes in
      unsafe bytes.baseAddress.map { unsafe memchr($0, 0, bytes.count) != nil } ?? false
    } ?? utf8.contains(0)
  }
}
