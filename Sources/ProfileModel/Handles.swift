/// An index into one of a profile's tables; each table has a type of its own so that they can't be mixed up.
public protocol TableHandle: RawRepresentable, Hashable, Comparable, Sendable, BitwiseCopyable
where RawValue == UInt32 {
  init(rawValue: UInt32)
}

extension TableHandle {
  /// The position in the table's array.
  @inlinable public var index: Int { Int(rawValue) }
  /// The handle of the row at `index`; a table never holds more than 2^32 - 1 rows.
  @inlinable public init(index: Int) { self.init(rawValue: UInt32(truncatingIfNeeded: index)) }
  /// Orders handles by position.
  @inlinable public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A row of `Profile.modules`.
public struct ModuleID: TableHandle {
  /// Position in the table.
  public var rawValue: UInt32
  /// The handle of row `rawValue`.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A row of `Profile.functions`.
public struct FunctionID: TableHandle {
  /// Position in the table.
  public var rawValue: UInt32
  /// The handle of row `rawValue`.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A row of `Profile.frames`.
public struct FrameID: TableHandle {
  /// Position in the table.
  public var rawValue: UInt32
  /// The handle of row `rawValue`.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A node of a `StackTable`: one stack, root to leaf.
public struct StackID: TableHandle {
  /// Position in the table.
  public var rawValue: UInt32
  /// The handle of row `rawValue`.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A row of `Profile.threads`.
public struct ThreadID: TableHandle {
  /// Position in the table.
  public var rawValue: UInt32
  /// The handle of row `rawValue`.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A row of `Profile.processes`.
public struct ProcessID: TableHandle {
  /// Position in the table.
  public var rawValue: UInt32
  /// The handle of row `rawValue`.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A row of `Profile.valueTypes`.
public struct ValueTypeID: TableHandle {
  /// Position in the table.
  public var rawValue: UInt32
  /// The handle of row `rawValue`.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
}
