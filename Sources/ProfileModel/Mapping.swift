/// A range of a process's address space that may hold code, as `/proc/PID/maps` and PERF_RECORD_MMAP2 tell it.
public struct Mapping: Hashable, Sendable {
  /// First actual address.
  public var start: UInt64
  /// One past the last actual address.
  public var end: UInt64
  /// Where `start` lies in the file, in bytes.
  public var fileOffset: UInt64
  /// Major and minor device number as the kernel prints them; zero for anonymous memory.
  public var device: Device
  /// Inode on that device; zero for anonymous memory, `[vdso]` and the like, and where `buildID` tells instead.
  public var inode: UInt64
  /// The path as the kernel gives it: may carry ` (deleted)`, be `[vdso]`, `//anon`, or empty.
  public var path: String
  /// Whether the pages may be executed.
  public var isExecutable: Bool
  /// The kernel's word for the build ID, where the record carried one.
  public var buildID: BuildID?

  /// A device number in its two parts.
  public struct Device: Hashable, Sendable {
    /// Major number.
    public var major: UInt32
    /// Minor number.
    public var minor: UInt32
    /// The device `major:minor`.
    public init(major: UInt32, minor: UInt32) {
      self.major = major
      self.minor = minor
    }
  }

  /// A mapping of `start..<end`.
  public init(
    start: UInt64, end: UInt64, fileOffset: UInt64 = 0, device: Device = Device(major: 0, minor: 0), inode: UInt64 = 0,
    path: String = "", isExecutable: Bool = true, buildID: BuildID? = nil
  ) {
    self.start = start
    self.end = end
    self.fileOffset = fileOffset
    self.device = device
    self.inode = inode
    self.path = path
    self.isExecutable = isExecutable
    self.buildID = buildID
  }

  /// The page where the kernel runs the instructions in whose place it set breakpoints (uprobes).
  package static let breakpointPage = "[uprobes]"

  /// Whether `address` lies inside.
  @inlinable public func contains(_ address: UInt64) -> Bool { address >= start && address < end }

  /// Whether a file stands behind it (and not anonymous memory or a kernel page such as `[vdso]`).
  public var isFileBacked: Bool { (inode != 0 || buildID != nil) && path.utf8.first == UInt8(ascii: "/") }

  /// The path without what maps files add to that of a deleted file.
  public var filePath: String {
    let mark = " (deleted)"
    return path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
  }

  /// Whether it maps a file that is nothing but memory: shared anonymous, System V's, memfd's or a huge page's.
  ///
  /// Reading such memory where it was never touched would make the kernel allocate it.
  public var isMemoryFile: Bool {
    ["/memfd:", "/dev/zero", "/SYSV", "/anon_hugepage", "/dev/shm/"].contains { path.hasPrefix($0) }
  }
}
