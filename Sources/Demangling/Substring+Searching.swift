extension Substring {
  /// What follows the first of `prefixes` that this text begins with.
  func removing(oneOf prefixes: [String]) -> Substring? {
    for prefix in prefixes where utf8.starts(with: prefix.utf8) { return Substring(utf8.dropFirst(prefix.utf8.count)) }
    return nil
  }

  /// Where `text` stands first. Linear for texts whose first byte is rare, which ` ` before a word is.
  func firstRange(ofText text: String) -> Range<Index>? {
    guard let first = text.utf8.first else { return nil }
    var rest = utf8[...]
    while let start = rest.firstIndex(of: first) {
      if rest[start...].starts(with: text.utf8) {
        return start..<utf8.index(start, offsetBy: text.utf8.count)
      }
      rest = rest[utf8.index(after: start)...]
    }
    return nil
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
