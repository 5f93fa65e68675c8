import BinaryReading
import ProfileModel

/// A line of a stack in the output of `perf script`: `7f12ab symbol+0x12 (/usr/lib/libfoo.so)`.
struct PerfScriptFrame {
  /// The symbol without its offset; nil for `[unknown]`.
  var symbol: String?
  /// What stands in parentheses at the end; nil for `[unknown]` and for inlined frames, which have the module of the
  /// frame that follows.
  var module: String?
  /// What kind of code it is, by module and address.
  var kind: FrameKind

  /// Reads a frame; nil for any other line, such as a source line.
  init?(_ line: RawSpan) {
    var tokens = TokenScanner(line)
    guard let addressToken = tokens.next(),
      let address = UInt64(line.extracting(addressToken).text(), radix: 16),
      let symbolToken = tokens.next()
    else { return nil }
    var end = line.byteCount
    while end > 0, line.byte(at: end - 1) == 0x20 { end -= 1 }
    var symbolEnd = end
    var place: String?
    if let open = Self.openingParenthesis(line, before: end), open >= symbolToken.lowerBound {
      place = line.extracting(open + 1..<end - 1).text()
      symbolEnd = open
    }
    while symbolEnd > symbolToken.lowerBound, line.byte(at: symbolEnd - 1) == 0x20 { symbolEnd -= 1 }
    let text = Self.withoutOffset(line.extracting(symbolToken.lowerBound..<symbolEnd).text())
    symbol = text == "[unknown]" || text.isEmpty ? nil : text
    let isInlined = place == "inlined"
    module = isInlined || place == "[unknown]" ? nil : place
    kind = isInlined ? .inlined : Self.kind(module: place ?? "", address: address)
  }

  /// Where the group in parentheses that ends the line begins; a path in it may hold parentheses of its own, as in
  /// `(/usr/bin/app (deleted))`.
  private static func openingParenthesis(_ line: RawSpan, before end: Int) -> Int? {
    guard end > 0, line.byte(at: end - 1) == UInt8(ascii: ")") else { return nil }
    var depth = 0
    var position = end
    while position > 0 {
      position -= 1
      switch line.byte(at: position) {
      case UInt8(ascii: ")"): depth += 1
      case UInt8(ascii: "("):
        depth -= 1
        if depth == 0 { return position > 0 && line.byte(at: position - 1) == 0x20 ? position : nil }
      default: continue
      }
    }
    return nil
  }

  private static func withoutOffset(_ symbol: String) -> String {
    guard let plus = symbol.utf8.lastIndex(of: UInt8(ascii: "+")), plus != symbol.utf8.startIndex else { return symbol }
    let digits = symbol[plus...].dropFirst()
    guard digits.hasPrefix("0x"), digits.utf8.count > 2, UInt64(digits.dropFirst(2), radix: 16) != nil else {
      return symbol
    }
    return String(symbol[..<plus])
  }

  private static func kind(module: String, address: UInt64) -> FrameKind {
    let userPages = ["[vdso]", "[vsyscall]", "[unknown]", "[heap]", "[stack]", "[uprobes]"]
    if address >> 63 == 1, module != "[vsyscall]" { return .kernel }
    if module.hasPrefix("["), module.hasSuffix("]"), !userPages.contains(module), !module.hasPrefix("[anon") {
      return .kernel
    }
    if module.hasSuffix(".ko") || [".ko.xz", ".ko.gz", ".ko.zst"].contains(where: module.hasSuffix) { return .kernel }
    let name = module.split(separator: "/").last ?? ""
    let isPerfMap = name.hasPrefix("perf-") && name.hasSuffix(".map")
    let isJitDump = name.hasPrefix("jitted-") && name.hasSuffix(".so")
    return isPerfMap || isJitDump || module == "//anon" || module.hasPrefix("[anon") ? .jit : .user
  }
}
