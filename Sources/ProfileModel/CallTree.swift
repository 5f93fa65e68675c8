/// Samples merged by the names on their stacks: who called whom, and how much weight each call carries.
///
/// The first level are processes, with `threads: true` the second level are threads; below them come functions, where
/// frames of equal name and kind under the same caller are one node. Nodes lie in preorder, siblings in bytewise order
/// of their names, so equal profiles give equal trees:
///
///     all ─► app ─► main ─► lex       node:    0    1    2     3    4
///              │        └─► parse     parent:  -    0    1     2    2
///                                     end:     5    5    5     4    5     one past the node's last descendant
///
/// Every node is a few numbers in parallel arrays; nothing is allocated for a node, and nothing recurses.
public struct CallTree: Sendable {
  /// What a node stands for.
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    /// Everything: the root.
    case all
    /// All processes of one name.
    case process
    /// All threads of one name in processes of one name.
    case thread
    /// Compiled user code.
    case user
    /// Kernel code.
    case kernel
    /// A call that the compiler inlined into its caller.
    case inlined
    /// Code made at run time.
    case jit
    /// Stands for frames missing at the root.
    case truncated
    /// Stands for frames left out in the middle.
    case elided
    /// An async function that awaits what is called.
    case asyncCaller
    /// Stands for the executor that runs a task.
    case task
    /// Stands for callers of an async function that are not known, or not for sure.
    case asyncGap
  }

  /// Name, kind and origin of a node. What the frames merged into one node don't agree on is nil.
  public struct Label: Hashable, Sendable {
    /// The name to show.
    public var name: String
    /// What the node stands for.
    public var kind: Kind
    /// The name with all types and arguments, if that differs.
    public var fullName: String?
    /// The linker's name, if that differs.
    public var linkageName: String?
    /// Path of the binary, or `[kernel]` and the like.
    public var module: String?
    /// Source file.
    public var file: String?

    /// A label.
    public init(
      name: String, kind: Kind, fullName: String? = nil, linkageName: String? = nil, module: String? = nil,
      file: String? = nil
    ) {
      self.name = name
      self.kind = kind
      self.fullName = fullName
      self.linkageName = linkageName
      self.module = module
      self.file = file
    }
  }

  /// Distinct labels; `labelIndices` points here.
  public internal(set) var labels: [Label] = []
  /// For each node its caller; the root is its own.
  public internal(set) var parents: [UInt32] = []
  /// For each node one past its last descendant.
  public internal(set) var ends: [UInt32] = []
  /// For each node its index in `labels`.
  public internal(set) var labelIndices: [UInt32] = []
  /// For each node the weight of samples that ended there.
  public internal(set) var selfWeights: [Int64] = []
  /// For each node the weight of samples that went through or ended there.
  public internal(set) var totalWeights: [Int64] = []
  /// As `selfWeights`, of the profile compared with; empty for a tree of one profile.
  public internal(set) var baselineSelfWeights: [Int64] = []
  /// As `totalWeights`, of the profile compared with; empty for a tree of one profile.
  public internal(set) var baselineTotalWeights: [Int64] = []
  var lowLines: [UInt32] = []
  var highLines: [UInt32] = []

  /// The number of nodes, at least 1.
  public var count: Int { parents.count }

  /// Whether the tree compares two profiles.
  public var isComparison: Bool { !baselineTotalWeights.isEmpty }

  /// The node for everything.
  public static let root = 0

  /// Name, kind and origin of `node`.
  public func label(of node: Int) -> Label { labels[Int(labelIndices[node])] }

  /// First and last source line, in its file, that samples at `node` stood at or called from; nil where unknown.
  public func lines(of node: Int) -> ClosedRange<UInt32>? {
    guard !lowLines.isEmpty, lowLines[node] != 0, lowLines[node] <= highLines[node] else { return nil }
    return lowLines[node]...highLines[node]
  }

  /// The nodes called from `node`, in order of name.
  public func children(of node: Int) -> Children { Children(ends: ends, position: node + 1, end: Int(ends[node])) }

  /// The nodes called from one node; each step skips a whole subtree.
  public struct Children: Sequence, IteratorProtocol {
    let ends: [UInt32]
    var position: Int
    let end: Int

    /// The next sibling.
    public mutating func next() -> Int? {
      guard position < end else { return nil }
      defer { position = Int(ends[position]) }
      return position
    }
  }
}

extension CallTree {
  /// Merges the selected samples.
  ///
  /// - Parameters:
  ///   - threads: Whether the second level are threads' names.
  /// - Complexity: O(stack nodes · log(siblings) + samples)
  public init(_ selected: SelectedProfile, threads: Bool = false) {
    var builder = CallTreeBuilder(threads: threads)
    builder.add(selected, isBaseline: false)
    self = builder.build(isComparison: false)
  }

  /// Merges the selected samples of two profiles into the union of their nodes. Weights stay amounts of each; compare
  /// them as shares of the root's, because recordings differ in length and rate.
  ///
  /// - Complexity: As for one profile of both sizes.
  public init(before: SelectedProfile, after: SelectedProfile, threads: Bool = false) {
    self.init(before: [before], after: [after], threads: threads)
  }

  /// The same of several profiles on each side, added up.
  public init(before: [SelectedProfile], after: [SelectedProfile], threads: Bool = false) {
    var builder = CallTreeBuilder(threads: threads)
    for profile in before { builder.add(profile, isBaseline: true) }
    for profile in after { builder.add(profile, isBaseline: false) }
    self = builder.build(isComparison: true)
  }
}

extension CallTree.Kind {
  /// The kind of node for a kind of frame.
  public init(_ kind: FrameKind) {
    self =
      switch kind {
      case .user: .user
      case .kernel: .kernel
      case .inlined: .inlined
      case .jit: .jit
      case .truncated: .truncated
      case .elided: .elided
      case .asyncCaller: .asyncCaller
      case .task: .task
      case .asyncGap: .asyncGap
      }
  }
}
