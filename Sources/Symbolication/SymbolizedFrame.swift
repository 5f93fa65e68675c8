import ProfileModel

/// A function that an address lies in, or was inlined from.
package struct SymbolizedFrame: Hashable, Sendable {
  /// Demangled, short form; for a stand-in `module+0x1234`, where 0x1234 is the function's start if that is known.
  package var name: String
  /// Demangled with all types and arguments; nil when it is the same as `name`.
  package var fullName: String?
  /// As the linker knows it; nil when it is the same as `name`.
  package var linkageName: String?
  /// Source file, as the compiler was given it, made absolute where the compiler told its folder.
  package var file: String?
  /// Line in `file`: of the address in the innermost frame, of the call in the others; 0 where unknown.
  package var line: UInt32
  /// Whether the compiler put this function's code into that of the next frame.
  package var isInlined: Bool
  /// Whether the code only leads to the function it is named after (see `DemangledName.isForwarder`).
  package var isForwarder: Bool
  /// Whether the code only leads to another function (see `DemangledName.isThunk`).
  package var isThunk: Bool
  /// False for stand-ins where no symbol covers the address.
  package var isSymbolized: Bool

  /// A frame.
  package init(
    name: String, fullName: String? = nil, linkageName: String? = nil, file: String? = nil, line: UInt32 = 0,
    isInlined: Bool = false, isForwarder: Bool = false, isThunk: Bool = false, isSymbolized: Bool = true
  ) {
    self.name = name
    self.fullName = fullName
    self.linkageName = linkageName
    self.file = file
    self.line = line
    self.isInlined = isInlined
    self.isForwarder = isForwarder
    self.isThunk = isThunk
    self.isSymbolized = isSymbolized
  }

  /// What stands for a frame that no symbol covers; see `Function.standInName(module:address:)`.
  package static func standIn(module: String, address: UInt64?) -> SymbolizedFrame {
    SymbolizedFrame(name: Function.standInName(module: module, address: address), isSymbolized: false)
  }

  /// The linker's name tells functions apart; hashing all texts of a recording's functions took 5 ms more.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(linkageName ?? name)
    hasher.combine(line)
  }
}
