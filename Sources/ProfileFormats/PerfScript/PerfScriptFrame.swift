import BinaryReading
import ProfileModel

/// A line of a stack in the output of `perf script`: `7f12ab symbol+0x12 (/usr/lib/libfoo.so)`.
struct PerfScriptFrame {
  /// The address that was printed.
  var address: UInt64
  /// The symbol without its offset; nil for `[unknown]`, and where none was printed.
  var symbol: String?
  /// What stands in parentheses at the end; nil for `[unknown]` and for inlined frames, which have the module of the
  /// frame that follows.
  var module: String?
  /// Whether anything stands behind the address.
  var hasText: Bool
  /// What kind of code it is, by module and address.
  var kind: FrameKind
  /// The number of the line among those that differ; nil for what is no line of a stack, or was changed since.
  var line: UInt32?

  /// Reads a frame; nil for any other line, such as a source line.
  init?(_ line: RawSpan) {
    var tokens = TokenScanner(line)
    guard let addressToken = tokens.next(), let address = line.hexadecimal(in: addressToken) else { return nil }
    self.address = address
    var end = line.byteCount
    while end > addressToken.upperBound, TokenScanner.isBlank(line.byte(at: end - 1)) { end -= 1 }
    var symbolEnd = end
    var place: String?
    if let open = Self.openingParenthesis(line, before: end), open >= addressToken.upperBound {
      place = Self.withoutOffset(line.extracting(open + 1..<end - 1).text())
      symbolEnd = open
    }
    var start = addressToken.upperBound
    while start < symbolEnd, TokenScanner.isBlank(line.byte(at: start)) { start += 1 }
    while symbolEnd > start, TokenScanner.isBlank(line.byte(at: symbolEnd - 1)) { symbolEnd -= 1 }
    let text = Self.withoutOffset(line.extracting(start..<symbolEnd).text())
    hasText = place != nil || !text.isEmpty
    symbol = text == "[unknown]" || text.isEmpty ? nil : text
    let isInlined = place == "inlined"
    module = isInlined || place == "[unknown]" ? nil : place
    kind = isInlined ? .inlined : FrameNotation.kind(ofModule: place ?? "", address: address)
  }

  /// The address and symbol of a sample without call chain, which stand on its header's line from `start` on; nil where
  /// there are none.
  ///
  /// Before them may stand what a tracepoint prints, how a branch was taken, and the address of data with its symbol;
  /// behind them where a branch went to. Addresses are padded to 16 columns, which tells them from all of that.
  static func sampled(_ line: RawSpan, from start: Int) -> PerfScriptFrame? {
    let end = line.firstRange(of: " => ", in: start..<line.byteCount)?.lowerBound ?? line.byteCount
    var tokens = TokenScanner(line, from: start)
    var first: Int?
    var padded: [Range<Int>] = []
    while let token = tokens.next(), token.lowerBound < end {
      guard line.hexadecimal(in: token) != nil else {
        first = first ?? -1
        continue
      }
      first = first ?? token.lowerBound
      if isPadded(line, token) { padded.append(token) }
    }
    // What follows an address up to the next is its symbol and file; sources of data have words of their own there.
    var best: Range<Int>?
    for (index, token) in padded.enumerated() {
      let limit = index + 1 < padded.count ? padded[index + 1].lowerBound : end
      var rest = TokenScanner(line, from: token.upperBound)
      let hasText = rest.next().map { $0.lowerBound < limit && line.byte(at: $0.lowerBound) != UInt8(ascii: "|") }
      if hasText ?? false {
        best = token.lowerBound..<limit
      } else if best == nil {
        best = token.lowerBound..<limit
      }
    }
    if best == nil, let first, first >= 0 { best = first..<end }
    return best.flatMap { PerfScriptFrame(line.extracting(withoutInstruction(line, $0))) }
  }

  /// Whether a token is a number of 16 columns that begins with blanks.
  static func isPadded(_ line: RawSpan, _ token: Range<Int>) -> Bool {
    let width = 16 - token.count
    guard width >= 0, token.lowerBound >= max(width, 1), line.hexadecimal(in: token) != nil else { return false }
    guard width > 0 else { return true }
    return (token.lowerBound - width..<token.lowerBound).allSatisfy { line.byte(at: $0) == 0x20 }
  }

  /// Leaves out the bytes of the instruction (`-F +insn`) behind a frame.
  private static func withoutInstruction(_ line: RawSpan, _ range: Range<Int>) -> Range<Int> {
    for mark in [" ilen: ", " insn: "] as [StaticString] {
      if let found = line.firstRange(of: mark, in: range) { return range.lowerBound..<found.lowerBound }
    }
    return range
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
        if depth == 0 { return position > 0 && TokenScanner.isBlank(line.byte(at: position - 1)) ? position : nil }
      default: continue
      }
    }
    return nil
  }

  /// Without `+0x…` behind a symbol, or behind a file (`-F +dsoff`).
  private static func withoutOffset(_ symbol: String) -> String {
    guard let plus = symbol.utf8.lastIndex(of: UInt8(ascii: "+")), plus != symbol.utf8.startIndex else { return symbol }
    let digits = symbol[plus...].dropFirst()
    guard digits.hasPrefix("0x"), digits.utf8.count > 2, UInt64(digits.dropFirst(2), radix: 16) != nil else {
      return symbol
    }
    return String(symbol[..<plus])
  }
}

/// What a line below a sample's header is that is no frame.
enum PerfScriptSupplement {
  /// The place in the source of the frame before (`-F +srcline`); whether that was inlined stands behind it.
  case sourceLine(isInlined: Bool)
  /// Registers, branches taken, instructions, physical addresses: nothing of a stack.
  case other

  /// Reads such a line; nil for a line of no known kind.
  init?(_ line: RawSpan) {
    var start = 0
    var end = line.byteCount
    while start < end, TokenScanner.isBlank(line.byte(at: start)) { start += 1 }
    while end > start, TokenScanner.isBlank(line.byte(at: end - 1)) { end -= 1 }
    let isIndented = start > 0
    var text = line.extracting(start..<end)
    guard text.byteCount > 0 else { return nil }
    for mark in ["insn: ", "ilen: ", "ABI:", "=> ", "0x", "|"] as [StaticString] where text.hasPrefix(mark) {
      self = .other
      return
    }
    let mark: StaticString = " (inlined)"
    let isInlined =
      text.byteCount > mark.utf8CodeUnitCount
      && text.extracting(text.byteCount - mark.utf8CodeUnitCount..<text.byteCount).equals(mark)
    if isInlined { text = text.extracting(0..<text.byteCount - mark.utf8CodeUnitCount) }
    // `file.c:12`, `??:0`, or `libc.so.6[27249]` where there is no line.
    let isPlace =
      text.byte(at: text.byteCount - 1) == UInt8(ascii: "]")
      && text.firstIndex(of: UInt8(ascii: "["), in: 0..<text.byteCount) != nil
    let isLine = Self.endsInLineNumber(text)
    if isLine || isPlace && isIndented {
      self = .sourceLine(isInlined: isInlined)
    } else if Self.isBranches(text) || text.hexadecimal(in: 0..<text.byteCount) != nil {
      self = .other
    } else {
      return nil
    }
  }

  private static func endsInLineNumber(_ text: RawSpan) -> Bool {
    var start = text.byteCount
    while start > 0, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text.byte(at: start - 1)) { start -= 1 }
    return start < text.byteCount && start > 1 && text.byte(at: start - 1) == UInt8(ascii: ":")
  }

  /// `from/to/P/-/-/3`, one or several.
  private static func isBranches(_ text: RawSpan) -> Bool {
    var tokens = TokenScanner(text)
    guard let first = tokens.next() else { return false }
    return text.extracting(first).firstRange(of: "/-/", in: 0..<first.count) != nil
  }
}
