/// What a reader of files of others may take in total, so that no file of 300 bytes takes all memory.
///
/// Readers take from it before they take memory; whatever the file claims, and in however many parts, the sum counts.
/// The limits let any profile through that a view can show in about 1 GB and 10 seconds.
public struct ReadingBudget: Sendable {
  /// What is limited.
  public enum Resource: Int, Hashable, Sendable, CaseIterable {
    /// Bytes after decompression.
    case unpackedBytes
    /// Numbers in one chunk of a recording, which are unpacked together.
    case chunkNumbers
    /// Chunks of a recording, each of which takes time even when it is empty.
    case chunks
    /// Samples.
    case samples
    /// Nodes of the tree of stacks, once inlined calls are frames of their own.
    case stackNodes
    /// Distinct frames, once inlined calls are frames of their own.
    case frames
    /// Modules, processes, threads, functions, notes and whatever else has a text.
    case rows
    /// Bytes of all names and other texts.
    case textBytes
    /// Frames of one stack, a limit of its own for each stack.
    case depth
    /// Bytes of one line of text.
    case lineBytes
    /// Frames gone through in files that refer to some of them many times.
    case steps
    /// Value types.
    case valueTypes
    /// Nodes of a call tree, in which each process and thread has its own.
    case treeNodes
    /// Amounts of functions in blocks of time that a comparison adds up, of all sides.
    case amounts
    /// Bytes of an output.
    case outputBytes

    fileprivate var standard: Int {
      switch self {
      case .unpackedBytes: 1 << 30
      case .chunkNumbers: 16 << 20
      case .chunks: 500_000
      case .samples: 10_000_000
      case .stackNodes: 5_000_000
      case .frames: 4_000_000
      case .rows: 2_000_000
      case .textBytes: 128 << 20
      // More than `record --max-depth` takes by default, thirty times.
      case .depth: 1 << 16
      // A stack of so many frames with long names, as perfprof itself may write it.
      case .lineBytes: 64 << 20
      case .steps: 200_000_000
      case .valueTypes: 256
      case .treeNodes: 8_000_000
      // 16 bytes each, and half as much again where blocks are joined.
      case .amounts: 24_000_000
      case .outputBytes: 400_000_000
      }
    }
  }

  /// More was wanted than the limit.
  public struct Exceeded: Error, Hashable, Sendable {
    /// Of what.
    public var resource: Resource
    /// The most that is taken.
    public var limit: Int

    /// More than `limit` was wanted.
    public init(resource: Resource, limit: Int) {
      self.resource = resource
      self.limit = limit
    }
  }

  private var limits: [Int]
  private var rest: [Int]

  /// The limits for files of others.
  public init() {
    limits = Resource.allCases.map(\.standard)
    rest = limits
  }

  /// No limits: for what this process wrote itself, or a user who trusts a file.
  public static var unlimited: ReadingBudget {
    var budget = ReadingBudget()
    budget.limits = Resource.allCases.map { _ in Int.max }
    budget.rest = budget.limits
    return budget
  }

  /// The same with another limit of one resource.
  public func limiting(_ resource: Resource, to limit: Int) -> ReadingBudget {
    var result = self
    result.limits[resource.rawValue] = limit
    result.rest[resource.rawValue] = limit
    return result
  }

  /// The same for a file of so many bytes: an hour of a large machine has more samples than small files may claim.
  ///
  /// Samples of a recording take 4 bytes and more, whatever they are of. The most is what a reader takes 1.3 GB for.
  public func forFile(ofBytes bytes: Int) -> ReadingBudget {
    let limit = limit(.samples)
    return limiting(.samples, to: max(limit, min(bytes / 4, 40_000_000)))
  }

  /// The limit of a resource.
  public func limit(_ resource: Resource) -> Int { limits[resource.rawValue] }

  /// Takes so many; throws, and takes none, when not so many are left.
  public mutating func take(_ count: Int, _ resource: Resource) throws(Exceeded) {
    let index = resource.rawValue
    guard count <= rest[index] else { throw Exceeded(resource: resource, limit: limits[index]) }
    if count > 0, limits[index] != .max { rest[index] -= count }
  }

  /// Throws when `count` is above the limit, whatever was taken before.
  public func check(_ count: Int, _ resource: Resource) throws(Exceeded) {
    guard count <= limit(resource) else { throw Exceeded(resource: resource, limit: limit(resource)) }
  }
}
