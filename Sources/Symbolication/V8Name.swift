import Processes

/// A function of JavaScript as V8 names it in perf maps and jitdumps (`V8::ExternalLogEventListener`, `--perf-prof`).
///
///     JS:*render /srv/app.js:12:7       render app.js:12:7       by TurboFan
///     LazyCompile:~ file:///a.mjs:3     (anonymous) a.mjs:3      by Ignition, the interpreter
///
/// One function is compiled again and again, by one compiler after the other: all of that code is one function's.
struct V8Name {
  /// The function and its place.
  var name: String
  /// With the tier and the whole path.
  var fullName: String
  /// The source file; nil for scripts without one.
  var file: String?

  private static let kinds = ["JS:", "LazyCompile:", "Function:", "Script:", "Eval:"]

  /// Whether V8 names functions so.
  static func isWritten(_ text: String) -> Bool { kinds.contains { text.hasPrefix($0) } }

  /// Reads what V8 wrote; nil for other names.
  init?(_ text: String) {
    guard let kind = Self.kinds.first(where: { text.hasPrefix($0) }) else { return nil }
    var rest = text.dropFirst(kind.count)
    let tier = Self.tier(&rest)
    var function = rest
    var place: Substring = ""
    if let start = Self.placeStart(rest) {
      function = rest[..<start]
      place = rest[start...]
    }
    while function.last == " " { function = function.dropLast() }
    if place.first == " " { place = place.dropFirst() }
    if place.isEmpty, kind == "Script:" || kind == "Eval:" { (function, place) = ("", function) }
    guard !function.isEmpty || !place.isEmpty else { return nil }
    let shown = !function.isEmpty ? String(function) : kind == "Script:" || kind == "Eval:" ? "(script)" : "(anonymous)"
    for scheme in ["file://"] where place.hasPrefix(scheme) { place = place.dropFirst(scheme.count) }
    let path = Self.withoutNumbers(place)
    let end = place.first == "/" ? String(place).lastComponent : String(place)
    name = place.isEmpty ? shown : shown + " " + end
    fullName = shown + (tier.map { " [\($0)]" } ?? "") + (place.isEmpty ? "" : " " + place)
    file = path.isEmpty ? nil : String(path)
  }

  /// The compiler's mark in front of a name (V8's `CodeKindToMarker`); `'` stands behind it for code that knows its
  /// context.
  private static func tier(_ text: inout Substring) -> String? {
    let tier: String
    switch text.first {
    case "~": tier = "Ignition"
    case "^": tier = "Sparkplug"
    case "+": tier = "Maglev"
    case "*": tier = "TurboFan"
    default: return nil
    }
    text = text.dropFirst()
    if text.first == "'" { text = text.dropFirst() }
    return tier
  }

  /// Where the place begins: at the blank in front of a path or of a name with a scheme, else at the last blank.
  private static func placeStart(_ text: Substring) -> Substring.Index? {
    guard withoutNumbers(text).endIndex != text.endIndex || text.contains("/") || text.contains(":") else { return nil }
    var blank: Substring.Index?
    var position = text.startIndex
    while let next = text[position...].firstIndex(of: " ") {
      let rest = text[text.index(after: next)...]
      if ["/", "file:", "node:", "http:", "https:", "[eval", "evalmachine", "internal/"].contains(where: rest.hasPrefix)
      {
        return next
      }
      blank = next
      position = text.index(after: next)
    }
    if let blank { return blank }
    return ["/", "file:", "node:"].contains(where: text.hasPrefix) ? text.startIndex : nil
  }

  /// A place without line and column.
  private static func withoutNumbers(_ place: Substring) -> Substring {
    var rest = place
    for _ in 0..<2 {
      guard let colon = rest.lastIndex(of: ":") else { break }
      let digits = rest[rest.index(after: colon)...]
      guard !digits.isEmpty, digits.utf8.allSatisfy({ ($0 &- 0x30) < 10 }) else { break }
      rest = rest[..<colon]
    }
    return rest
  }
}
