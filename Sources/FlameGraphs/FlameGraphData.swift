import ProfileModel
import Wording

/// What the viewer's script draws from: JSON that is safe inside XML and HTML.
///
///     title, command, facts, notes, icicle, leftOut
///     unit, measure                                      name and unit of the value type: `samples`, `count`
///     kinds    [[letter, name, share]…]                  the legend
///     strings  distinct strings
///     labels   name, kind and shade ("u4"), full name, module, file: five for each label; strings by index, -1 none
///     depth    for each frame, in preorder
///     label    for each frame
///     rest     for each frame its caller's total less its own (mostly 0); the root's is its total
///     self     for each frame
///     line, lineSpan                                     first line and number of further ones; absent when all are 0
///     before   {of: its total, rest, self}               of the earlier profile; absent in a picture of one
///     scale    the greatest change of share; chance      whether weights are counts, so that chance can be told
enum FlameGraphData {
  static func json(
    _ tree: CallTree, layout: FlameGraphLayout, caption: FlameGraphCaption, options: FlameGraph.Options
  ) -> MarkupBuffer {
    var out = MarkupBuffer()
    out.write("{\"title\":")
    out.write(json: caption.title)
    out.write(",\"command\":")
    out.write(json: MarkupBuffer.shortened(caption.command, to: 16_384))
    out.write(",\"unit\":")
    out.write(json: caption.value.name)
    out.write(",\"measure\":")
    out.write(json: caption.value.unit.description)
    out.write(",\"facts\":")
    list(caption.facts, &out) { $1.write(json: $0) }
    out.write(",\"notes\":")
    list(caption.notes, &out) { $1.write(json: $0) }
    out.write(options.isIcicle ? ",\"icicle\":true" : ",\"icicle\":false")
    out.write(",\"leftOut\":")
    out.write(layout.leftOut)
    out.write(",\"kinds\":")
    list(Legend.kinds(of: tree), &out) { kind, out in
      out.write("[\"")
      out.write(raw: kind.letter)
      out.write("\",\"")
      out.write(raw: kind.name)
      out.write("\",\"")
      out.write(text: kind.share.percent)
      out.write("\"]")
    }
    frames(tree, layout, isCount: caption.value.isCount, &out)
    out.write("}")
    return out
  }

  private static func frames(
    _ tree: CallTree, _ layout: FlameGraphLayout, isCount: Bool, _ out: inout MarkupBuffer
  ) {
    var strings = StringTable()
    var labels: [UInt32] = []
    var labelIndices: [UInt32: Int] = [:]
    var labelOfFrame: [Int] = []
    labelOfFrame.reserveCapacity(layout.frames.count)
    for frame in layout.frames {
      let label = tree.labelIndices[Int(frame.node)]
      let index = labelIndices[label] ?? labels.count
      if index == labels.count {
        labelIndices[label] = index
        labels.append(label)
      }
      labelOfFrame.append(index)
    }
    out.write(",\n\"labels\":")
    list(labels, &out) { index, out in
      let label = tree.labels[Int(index)]
      out.write(strings.intern(label.name, limit: 2048))
      out.write(",\"")
      out.write(Palette.letter(label.kind))
      out.write(Palette.shade(label))
      out.write("\"")
      for (text, limit) in [(label.fullName, 8192), (label.module, 4096), (label.file, 4096)] {
        out.write(",")
        if let text { out.write(strings.intern(text, limit: limit)) } else { out.write("-1") }
      }
    }
    out.write(",\n\"strings\":")
    list(strings.strings, &out) { $1.write(json: $0) }
    out.write(",\n\"depth\":")
    list(layout.frames, &out) { $1.write($0.depth) }
    out.write(",\n\"label\":")
    list(labelOfFrame, &out) { $1.write($0) }
    weights(tree, layout, total: tree.totalWeights, own: tree.selfWeights, &out)
    if layout.frames.contains(where: { tree.lines(of: Int($0.node)) != nil }) {
      out.write(",\n\"line\":")
      list(layout.frames, &out) { $1.write(tree.lines(of: Int($0.node))?.lowerBound ?? 0) }
      out.write(",\n\"lineSpan\":")
      list(layout.frames, &out) { $1.write((tree.lines(of: Int($0.node))?.count ?? 1) - 1) }
    }
    guard tree.isComparison else { return }
    out.write(",\n\"scale\":")
    out.write(raw: "\(Legend.scale(of: tree, layout))")
    out.write(isCount ? ",\"chance\":true" : ",\"chance\":false")
    out.write(",\n\"before\":{\"of\":")
    out.write(tree.baselineTotalWeights[CallTree.root])
    weights(tree, layout, total: tree.baselineTotalWeights, own: tree.baselineSelfWeights, &out)
    out.write("}")
  }

  private static func weights(
    _ tree: CallTree, _ layout: FlameGraphLayout, total: [Int64], own: [Int64], _ out: inout MarkupBuffer
  ) {
    out.write(",\n\"rest\":")
    list(layout.frames, &out) { frame, out in
      let node = Int(frame.node)
      out.write(node == CallTree.root ? total[node] : total[Int(tree.parents[node])] - total[node])
    }
    out.write(",\n\"self\":")
    list(layout.frames, &out) { $1.write(own[Int($0.node)]) }
  }

  private static func list<Items: Sequence>(
    _ items: Items, _ out: inout MarkupBuffer, _ write: (Items.Element, inout MarkupBuffer) -> Void
  ) {
    out.write("[")
    var isFirst = true
    for item in items {
      if !isFirst { out.write(",") }
      isFirst = false
      write(item, &out)
    }
    out.write("]")
  }

  private struct StringTable {
    var strings: [String] = []
    private var indices: [String: Int] = [:]

    mutating func intern(_ text: String, limit: Int) -> Int {
      let text = MarkupBuffer.shortened(text, to: limit)
      if let index = indices[text] { return index }
      indices[text] = strings.count
      strings.append(text)
      return strings.count - 1
    }
  }
}

/// What a picture's colors mean.
enum Legend {
  /// Kinds of frame that occur, with the share of samples that end in them; of stand-ins for missing frames, the share of
  /// samples whose stack has one.
  static func kinds(of tree: CallTree) -> [(letter: String, name: String, share: Double)] {
    var weights = [Double](repeating: 0, count: CallTree.Kind.allCases.count)
    var occurs = [Bool](repeating: false, count: weights.count)
    let kinds = tree.labels.map(\.kind)
    for node in 0..<tree.count {
      let kind = kinds[Int(tree.labelIndices[node])]
      let slot = Int(kind.rawValue)
      occurs[slot] = true
      let standsForOthers = kind == .truncated || kind == .elided
      weights[slot] += Double(standsForOthers ? tree.totalWeights[node] : tree.selfWeights[node])
    }
    let whole = max(1, Double(tree.totalWeights[CallTree.root]))
    let shown: [(CallTree.Kind, Int)] = [
      (.user, 0), (.inlined, 1), (.kernel, 2), (.jit, 3), (.truncated, 4), (.elided, 5),
    ]
    return shown.compactMap { kind, entry in
      guard occurs[Int(kind.rawValue)] else { return nil }
      let share = min(1, weights[Int(kind.rawValue)] / whole)
      return (Palette.entries[entry].letter, Palette.entries[entry].name, share)
    }
  }

  /// The greatest change of share among the frames shown, at least `Palette.leastScale`.
  static func scale(of tree: CallTree, _ layout: FlameGraphLayout) -> Double {
    let shares = Shares(tree)
    return layout.frames.reduce(Palette.leastScale) { max($0, abs(shares.change(Int($1.node)))) }
  }
}
