/// A key of a terminal.
package enum TopKey: Hashable, Sendable {
  /// A character, as typed.
  case character(Character)
  /// A key of the cursor's, or one that moves by a page or to an end.
  case up, down, pageUp, pageDown, home, end
  /// Enter, Backspace, Tab, Escape.
  case enter, backspace, tab, escape
  /// Ctrl-L.
  case redraw

  /// The keys that bytes from a terminal stand for (ECMA-48, and what terminals of the VT and xterm families send).
  ///
  /// - Parameter bytes: What was read at once: a lone escape is the key, one with more behind it begins a sequence.
  package static func keys(in bytes: [UInt8]) -> [TopKey] {
    var keys: [TopKey] = []
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case 0x1B:
        guard index < bytes.count, bytes[index] == UInt8(ascii: "[") || bytes[index] == UInt8(ascii: "O") else {
          keys.append(.escape)
          continue
        }
        index += 1
        // Parameters and intermediates, then one final byte.
        let start = index
        while index < bytes.count, (0x20...0x3F).contains(bytes[index]) { index += 1 }
        guard index < bytes.count else { continue }
        let parameters = String(decoding: bytes[start..<index], as: UTF8.self)
        let final = bytes[index]
        index += 1
        if let key = key(final: final, parameters) { keys.append(key) }
      case 0x0D, 0x0A: keys.append(.enter)
      case 0x08, 0x7F: keys.append(.backspace)
      case 0x09: keys.append(.tab)
      case 0x0C: keys.append(.redraw)
      case 0x00..<0x20: break
      default:
        let start = index - 1
        while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
        if let character = String(decoding: bytes[start..<index], as: UTF8.self).first, character != "\u{FFFD}" {
          keys.append(.character(character))
        }
      }
    }
    return keys
  }

  private static func key(final: UInt8, _ parameters: String) -> TopKey? {
    switch (final, parameters) {
    case (UInt8(ascii: "A"), _): .up
    case (UInt8(ascii: "B"), _): .down
    case (UInt8(ascii: "H"), _), (UInt8(ascii: "~"), "1"), (UInt8(ascii: "~"), "7"): .home
    case (UInt8(ascii: "F"), _), (UInt8(ascii: "~"), "4"), (UInt8(ascii: "~"), "8"): .end
    case (UInt8(ascii: "~"), "5"): .pageUp
    case (UInt8(ascii: "~"), "6"): .pageDown
    default: nil
    }
  }
}
