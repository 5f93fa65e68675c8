import ProfileModel
import TextWriting

/// Which nodes of a tree a picture shows, and where: a frame is as wide as its share of the weight, children stand side
/// by side above their caller in order of name. Of two profiles, a frame is as wide as the mean of its two shares, so that
/// what vanished is as visible as what is new.
struct FlameGraphLayout {
  /// A node in the picture.
  struct Frame: BitwiseCopyable {
    /// Index in the tree.
    var node: UInt32
    /// Rows above the root's.
    var depth: UInt32
    /// Left edge as a share of the picture's width.
    var start: Double
    /// Width as a share of the picture's width.
    var width: Double
  }

  /// In preorder.
  private(set) var frames: [Frame] = []
  /// Nodes that are too narrow, and all above them.
  private(set) var leftOut = 0
  /// The number of rows.
  private(set) var rows = 0
  /// Unlike the wide ones, frames below this share of the width are left out: 0.1 px of 1,600.
  static let narrowest = 0.1 / 1600

  /// How many frames the picture shows, and of how many it says nothing.
  var frameCount: String {
    let shown = frames.count == 1 ? "1 frame" : "\(frames.count.grouped) frames"
    guard leftOut > 0 else { return shown }
    return shown + "; \(leftOut.grouped) more, narrower than 0.1 px at 1,600 px, are left out"
  }

  /// Lays out `tree`; nodes narrower than `narrowest` are left out with all above them.
  ///
  /// - Complexity: O(frames shown and their direct children)
  init(_ tree: CallTree, narrowest: Double = FlameGraphLayout.narrowest) {
    let shares = Shares(tree)
    var open: [(end: Int, next: Double)] = []
    var node = 0
    while node < tree.count {
      while let last = open.last, last.end <= node { open.removeLast() }
      let width = node == CallTree.root ? 1 : shares.mean(of: node)
      let end = Int(tree.ends[node])
      guard width >= narrowest || node == CallTree.root else {
        leftOut += end - node
        node = end
        continue
      }
      let start = open.last?.next ?? 0
      if !open.isEmpty { open[open.count - 1].next += width }
      frames.append(
        Frame(
          node: UInt32(truncatingIfNeeded: node), depth: UInt32(truncatingIfNeeded: open.count), start: start,
          width: width))
      open.append((end, start))
      rows = max(rows, open.count)
      node += 1
    }
  }
}

/// Weights of a tree's nodes as shares of the root's.
struct Shares {
  private let tree: CallTree
  private let whole: Double
  private let wholeBefore: Double

  init(_ tree: CallTree) {
    self.tree = tree
    whole = max(1, Double(tree.totalWeights[CallTree.root]))
    wholeBefore = tree.isComparison ? max(1, Double(tree.baselineTotalWeights[CallTree.root])) : 1
  }

  /// Share of the profile; of the later one, when there are two.
  func after(_ node: Int) -> Double { Double(tree.totalWeights[node]) / whole }

  /// Share of the earlier profile.
  func before(_ node: Int) -> Double { Double(tree.baselineTotalWeights[node]) / wholeBefore }

  /// By how much the share grew.
  func change(_ node: Int) -> Double { after(node) - before(node) }

  /// Standard errors that a change must have to count as one.
  static let errors = 2.0

  /// Changes of share below this come about by chance alone in 19 of 20 pairs of recordings of the same thing: `errors`
  /// standard errors of a difference of two proportions, each sample taken as a draw of its own. They are not quite that,
  /// so this is a floor, no proof.
  func chance(_ node: Int) -> Double {
    guard whole > 1, wholeBefore > 1 else { return 0 }
    let (before, after) = (before(node), after(node))
    return Shares.errors * (before * (1 - before) / wholeBefore + after * (1 - after) / whole).squareRoot()
  }

  /// The mean of both shares, or the only one. When one of two profiles is empty, the other's.
  func mean(of node: Int) -> Double {
    guard tree.isComparison else { return after(node) }
    if tree.totalWeights[CallTree.root] == 0 { return before(node) }
    if tree.baselineTotalWeights[CallTree.root] == 0 { return after(node) }
    return (before(node) + after(node)) / 2
  }
}
