import UnwindTables

/// What a program has told of code that it made as it ran: how the code is unwound, and its names.
package struct RegisteredObject: Sendable {
  /// A function's place and its name, as the symbol has it.
  package struct Function: Hashable, Sendable {
    /// Where it lies.
    package var range: Range<UInt64>
    /// As the compiler wrote it.
    package var name: String
  }

  /// `.eh_frame` and `.debug_frame`, at actual addresses.
  package var sections = UnwindTable.Sections()
  /// By start.
  package var functions: [Function] = []

  /// Whether nothing was told.
  package var isEmpty: Bool { functions.isEmpty && sections.ehFrame == nil && sections.debugFrame == nil }

  /// An object that tells nothing.
  init() {}
}

/// An object with what tells it from others, as it was found in memory.
package struct RegisteredBytes: Sendable {
  /// How it was registered.
  package enum Kind: Hashable, Sendable {
    /// As an ELF file in memory, by gdb's interface.
    case symbolFile
    /// As bare `.eh_frame`, which lies where it was found.
    case frames
  }

  /// Where it was found, and how.
  package struct Place: Hashable, Sendable {
    /// How it was registered.
    package var kind: Kind
    /// The entry of the list that led to it.
    package var entry: UInt64
    /// Its first byte.
    package var address: UInt64

    /// A place.
    package init(kind: Kind, entry: UInt64, address: UInt64) {
      (self.kind, self.entry, self.address) = (kind, entry, address)
    }
  }

  /// Where it was found.
  package var place: Place
  /// The bytes as they were at that time.
  package var bytes: [UInt8]

  /// Bytes that were found at a place.
  package init(place: Place, bytes: [UInt8]) { (self.place, self.bytes) = (place, bytes) }

  /// What they tell; nil for garbage.
  package var object: RegisteredObject? {
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
