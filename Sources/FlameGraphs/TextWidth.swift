/// How wide text comes out where nothing can be measured: widths of DejaVu Sans, wider than most, in 1/100 em.
enum TextWidth {
  /// What of a function's name fits into `width` pixels: all of it, or without the namespaces in front, as many as must
  /// go; else the beginning of what is left, with an ellipsis. Nil for less than two letters.
  static func fittedName(_ name: String, into width: Double) -> String? {
    var fitted = fitted(name, into: width)
    guard fitted != name, width >= 19.2 else { return fitted }
    for shorter in withoutNamespaces(name) {
      fitted = self.fitted(shorter, into: width)
      if fitted == shorter { break }
    }
    return fitted
  }

  /// A C++ or Rust name without its first namespace, without the first two, and so on: what stands behind each `::` outside
  /// of brackets. The viewer's `withoutNamespaces` does the same.
  static func withoutNamespaces(_ name: String) -> [String] {
    var shorter: [String] = []
    var depth = 0
    var previous = UInt8(ascii: " ")
    for index in name.utf8.indices {
      let letter = name.utf8[index]
      switch letter {
      case UInt8(ascii: "<"), UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ">") where previous == UInt8(ascii: "-"): break
      case UInt8(ascii: ">"), UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
      case UInt8(ascii: ":") where previous == UInt8(ascii: ":") && depth == 0:
        let rest = name[name.utf8.index(after: index)...]
        if !rest.isEmpty { shorter.append(String(rest)) }
      default: break
      }
      previous = letter
    }
    return shorter
  }

  /// The longest beginning of `text` that fits into `width` pixels, with an ellipsis when cut; nil for less than two
  /// letters.
  static func fitted(_ text: String, into width: Double, fontSize: Double = 12) -> String? {
    let available = width / fontSize * 100
    guard available >= 160 else { return nil }
    var used = 0
    var cut = text.startIndex
    var index = text.startIndex
    var letters = 0
    while index < text.endIndex {
      used += self.width(of: text[index])
      if Double(used) > available {
        guard letters >= 1 else { return nil }
        return String(text[..<cut]) + "…"
      }
      index = text.index(after: index)
      if Double(used + ellipsis) <= available {
        cut = index
        letters += 1
      }
    }
    return text
  }

  /// Of all of `text`, in pixels.
  static func of(_ text: String, fontSize: Double = 12) -> Double {
    Double(text.reduce(0) { $0 + width(of: $1) }) * fontSize / 100
  }

  private static let ellipsis = 100

  private static func width(of character: Character) -> Int {
    switch character {
    case "i", "j", "l", "'", "|": 30
    case " ", ".", ",", ":", ";", "!", "f", "t", "r", "(", ")", "[", "]", "/", "\\", "-", "I", "J", "\"", "`": 42
    case "m", "w", "M", "W", "@", "%", "<", ">", "=", "+", "~", "^", "#", "…", "—": 98
    case "a"..."z", "0"..."9", "_", "$", "*", "?", "{", "}": 64
    case "A"..."Z", "&": 76
    default: character.isASCII ? 64 : 110
    }
  }
}
