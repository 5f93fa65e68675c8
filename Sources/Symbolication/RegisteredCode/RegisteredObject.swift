public import UnwindTables

/// What a program has told of code that it made as it ran: how the code is unwound, and its names.
public struct RegisteredObject: Sendable {
  /// A function's place and its name, as the symbol has it.
  public struct Function: Hashable, Sendable {
    /// Where it lies.
    public var range: Range<UInt64>
    /// As the compiler wrote it.
    public var name: String
  }

  /// `.eh_frame` and `.debug_frame`, at actual addresses.
  public var sections = UnwindTable.Sections()
  /// By start.
  public var functions: [Function] = []

  /// Whether nothing was told.
  public var isEmpty: Bool { functions.isEmpty && sections.ehFrame == nil && sections.debugFrame == nil }

  /// An object that tells nothing.
  init() {}
}

/// An object with what tells it from others, as it was found in memory.
public struct RegisteredBytes: Sendable {
  /// How it was registered.
  public enum Kind: Hashable, Sendable {
    /// As an ELF file in memory, by gdb's interface.
    case symbolFile
    /// As bare `.eh_frame`, which lies where it was found.
    case frames
  }

  /// Where it was found, and how.
  public struct Place: Hashable, Sendable {
    /// How it was registered.
    public var kind: Kind
    /// The entry of the list that led to it.
    public var entry: UInt64
    /// Its first byte.
    public var address: UInt64

    /// A place.
    public init(kind: Kind, entry: UInt64, address: UInt64) {
      (self.kind, self.entry, self.address) = (kind, entry, address)
    }
  }

  /// Where it was found.
  public var place: Place
  /// The bytes as they were at that time.
  public var bytes: [UInt8]

  /// Bytes that were found at a place.
  public init(place: Place, bytes: [UInt8]) { (self.place, self.bytes) = (place, bytes) }

  /// What they tell; nil for garbage.
  public var object: RegisteredObject? {
    switch place.kind {
    case .symbolFile: return JITSymbolFile.object(bytes)
    case .frames:
      var object = RegisteredObject()
      object.sections.ehFrame = bytes
      object.sections.ehFrameAddress = place.address
      return object
    }
  }
}
