import ProfileModel
import TextWriting
import Wording

/// What a picture's colors mean, in words: the same without script and in the viewer.
struct Legend {
  /// Swatches side by side with what they mean; without swatches, a remark.
  struct Entry {
    /// Classes in the style sheet.
    var swatches: [String]
    var text: String
    /// What a share says.
    var tip: String?
  }

  var title: String
  var entries: [Entry]

  /// The legend of a tree of one profile, or of two.
  ///
  /// - Parameter scale: The greatest change of share in the picture of two.
  init(_ tree: CallTree, scale: Double, isCount: Bool) {
    guard tree.isComparison else {
      title = "Colors, with the share of self weight"
      entries = Legend.kinds(of: tree).map { kind, share in
        let entry = Palette.entry(kind)
        let tip =
          Legend.standsForOthers(kind)
          ? "Share of the stacks that have such a frame" : "Share of the samples that end in such a frame"
        return Entry(swatches: [entry.middle], text: "\(entry.name) \(share.percent)", tip: tip)
      }
      entries.append(Entry(swatches: [], text: "hue: kind of code, shade: module and name"))
      return
    }
    title = "Colors: change of share"
    let most = (scale * 100).fixed(1)
    entries = [
      Entry(swatches: (1...Palette.steps).reversed().map { "b\($0)" }, text: "shrank, up to −\(most) points"),
      Entry(swatches: (1...Palette.steps).map { "r\($0)" }, text: "grew, up to +\(most)"),
      Entry(swatches: ["b\(Palette.steps) gone"], text: "gone"),
      Entry(swatches: ["r\(Palette.steps) new"], text: "new"),
    ]
    if isCount { entries.append(Entry(swatches: ["n0"], text: "may be chance")) }
    entries.append(Entry(swatches: [], text: "width: mean of both shares"))
  }

  /// Kinds of frame that occur, with the share of samples that end in them; of stand-ins for missing frames, the share of
  /// samples whose stack has one.
  private static func kinds(of tree: CallTree) -> [(kind: CallTree.Kind, share: Double)] {
    var weights = [Double](repeating: 0, count: CallTree.Kind.allCases.count)
    var occurs = [Bool](repeating: false, count: weights.count)
    let kinds = tree.labels.map(\.kind)
    for node in 0..<tree.count {
      let kind = kinds[Int(tree.labelIndices[node])]
      let slot = Int(kind.rawValue)
      occurs[slot] = true
      weights[slot] += Double(standsForOthers(kind) ? tree.totalWeights[node] : tree.selfWeights[node])
    }
    let whole = max(1, Double(tree.totalWeights[CallTree.root]))
    let shown: [CallTree.Kind] = [.user, .inlined, .kernel, .jit, .truncated, .elided]
    return shown.compactMap { kind in
      occurs[Int(kind.rawValue)] ? (kind, min(1, weights[Int(kind.rawValue)] / whole)) : nil
    }
  }

  private static func standsForOthers(_ kind: CallTree.Kind) -> Bool { kind == .truncated || kind == .elided }

  /// The greatest change of share among the frames shown, at least `Palette.leastScale`.
  static func scale(of tree: CallTree, _ layout: FlameGraphLayout) -> Double {
    let shares = Shares(tree)
    return layout.frames.reduce(Palette.leastScale) { max($0, abs(shares.change(Int($1.node)))) }
  }
}
