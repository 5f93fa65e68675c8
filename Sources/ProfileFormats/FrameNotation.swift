import BinaryReading
import ProfileModel

/// How folded stacks, and text formats like them, write a frame as one name.
enum FrameNotation {
  /// What a name ends with for frames of `kind`.
  static func suffix(of kind: FrameKind) -> StaticString {
    switch kind {
    case .kernel: "_[k]"
    case .inlined: "_[i]"
    case .jit: "_[j]"
    case .asyncCaller: "_[a]"
    case .user, .truncated, .elided, .task, .asyncGap: ""
    }
  }

  /// Splits a frame's text into name and kind.
  static func parse(_ text: String) -> (name: String, kind: FrameKind) {
    for kind in [FrameKind.kernel, .inlined, .jit, .asyncCaller] where text.hasSuffix(suffix(of: kind).description) {
      // A bare suffix is a name: a frame without one would vanish from every view.
      if text.utf8.count > 4 { return (String(text.dropLast(4)), kind) }
    }
    if text.hasPrefix("[truncated: "), text.hasSuffix("]") { return (text, .truncated) }
    if text.hasSuffix(" frames elided]"), text.hasPrefix("["),
      text.dropFirst().dropLast(" frames elided]".count).allSatisfy(\.isNumber)
    {
      return (text, .elided)
    }
    if text == "[Swift task]" || text == "[main actor]" || text.hasPrefix("[Swift task: ") && text.hasSuffix("]") {
      return (text, .task)
    }
    if text.hasPrefix("[async: "), text.hasSuffix("]") { return (text, .asyncGap) }
    return (text, .user)
  }

  /// A frame of `text`, with its function.
  static func frame(_ text: String, in builder: inout ProfileBuilder) -> Frame {
    let (name, kind) = parse(text)
    return Frame(function: builder.intern(function(named: name, module: nil, kind: kind)), kind: kind)
  }

  /// A function of this name; whether the name is a stand-in for a missing symbol is seen by its shape.
  static func function(named name: String, module: ModuleID?, kind: FrameKind) -> Function {
    Function(
      name: name, module: module, isSymbolized: kind.isMarker || !isStandIn(name))
  }

  /// What kind of code lies in `module` at `address` (0 where that isn't known), as perf and pprof call files.
  ///
  /// The kernel is known by its half of the addresses, by `[kernel.kallsyms]` and other names in brackets, by files
  /// called `vmlinux…` and by modules, `….ko` and compressed ones.
  static func kind(ofModule module: String, address: UInt64) -> FrameKind {
    if module == "[vsyscall]" { return .user }
    if address >> 63 == 1 { return .kernel }
    if module == "[jit]" || module == "//anon" || module.hasPrefix("[anon") { return .jit }
    if module.hasPrefix("["), module.hasSuffix("]") || module.hasPrefix("[kernel") || module.hasPrefix("[guest.kernel")
    {
      let isUserPage = userPages.contains(module) || module.hasPrefix("[stack:") || module.hasPrefix("[vdso")
      return isUserPage ? .user : .kernel
    }
    let bytes = module.utf8.span
    // SAFETY: the bytes of a string are bytes, without gaps.
    return module == "/proc/kcore" ? .kernel : kind(ofFile: unsafe bytes.bytes)
  }

  /// What kind of code a file of this path has. Works on bytes, since each line of text from elsewhere may ask.
  private static func kind(ofFile path: RawSpan) -> FrameKind {
    var end = path.byteCount
    while end > 0, path.byte(at: end - 1) == UInt8(ascii: "/") { end -= 1 }
    var start = end
    while start > 0, path.byte(at: start - 1) != UInt8(ascii: "/") { start -= 1 }
    let name = path.extracting(start..<end)
    func ends(with suffix: StaticString) -> Bool {
      let length = suffix.utf8CodeUnitCount
      return name.byteCount >= length && name.extracting(name.byteCount - length..<name.byteCount).equals(suffix)
    }
    if name.hasPrefix("vmlinux") || name.hasPrefix("vmlinuz") {
      let end = "vmlinux".utf8.count
      let next = name.byteCount == end ? UInt8(ascii: ".") : name.byte(at: end)
      if next == UInt8(ascii: "-") || next == UInt8(ascii: ".") { return .kernel }
    }
    if ends(with: ".ko") || name.firstRange(of: ".ko.", in: 0..<name.byteCount) != nil { return .kernel }
    let isPerfMap = name.hasPrefix("perf-") && ends(with: ".map")
    let isJitDump = name.hasPrefix("jitted-") && ends(with: ".so")
    return isPerfMap || isJitDump ? .jit : .user
  }

  /// Names in brackets that are no part of the kernel.
  private static let userPages: Set<String> = [
    "[vdso]", "[vdso32]", "[vsyscall]", "[vvar]", "[vectors]", "[sigpage]", "[unknown]", "[heap]", "[stack]",
    "[uprobes]",
    "[bss]",
  ]

  /// Whether `name` is what this and other programs write where a symbol is missing: `libc.so.6+0x1f2a`, `0x1f2a`,
  /// `[unknown]`, or a module in brackets.
  static func isStandIn(_ name: String) -> Bool {
    let bytes = name.utf8
    if bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]") { return true }
    if name.hasPrefix("0x") { return bytes.count > 2 && bytes.dropFirst(2).allSatisfy(isHexadecimal) }
    guard let plus = bytes.lastIndex(of: UInt8(ascii: "+")), plus != bytes.startIndex else { return name.isEmpty }
    let offset = bytes[plus...].dropFirst()
    return offset.count > 2 && offset.starts(with: "0x".utf8) && offset.dropFirst(2).allSatisfy(isHexadecimal)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}

extension [UInt8] {
  /// Appends `name` as folded stacks need it: `;` as `:`, line breaks and control characters as blanks.
  ///
  /// Control characters are those of C0 and C1, delete, and the line and paragraph separators: the file may be shown
  /// by a terminal, and readers differ in what ends a line.
  mutating func append(foldedName name: String) {
    if name.isEmpty { append(contentsOf: "[unknown]".utf8) }
    for scalar in name.unicodeScalars {
      switch scalar.value {
      case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: append(UInt8(ascii: " "))
      case 0x3B: append(UInt8(ascii: ":"))
      case 0..<0x80: append(UInt8(truncatingIfNeeded: scalar.value))
      default: append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
      }
    }
  }
}
