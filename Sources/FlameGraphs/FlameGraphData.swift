import ProfileModel
import Wording

/// What the viewer's script draws from: JSON that is safe inside XML and HTML. `Sources/Viewer/model/data.d.ts` says the
/// same to the script.
///
///     title, command, facts, notes, icicle
///     value    name, unit                                what weights are amounts of: `samples`, `count`
///     legend   title, entries {swatches, text, tip}      classes of the style sheet and what they mean
///     drawing  numbers and words, the same in every document; see `Drawing`
///     strings  distinct strings
///     labels   name, kind and shade ("u4"), full name, module, file: five for each label; strings by index, -1 none
///     depth    for each frame, in preorder
///     label    for each frame
///     rest     for each frame its caller's total less its own (mostly 0); the root's is its total
///     self     for each frame
///     line, lineSpan                                     first line and number of further ones; absent when all are 0
///     before   {of: its total, rest, self}               of the earlier profile; absent in a picture of one
///     unchanged  labels of functions that a comparison found unchanged; absent where it wasn't asked
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
    out.write(",\"value\":{\"name\":")
    out.write(json: caption.value.name)
    out.write(",\"unit\":")
    out.write(json: caption.value.unit.description)
    out.write("}")
    out.write(",\"facts\":")
    out.list(caption.facts + [layout.frameCount]) { $1.write(json: $0) }
    out.write(",\"notes\":")
    out.list(caption.notes) { $1.write(json: $0) }
    out.write(options.isIcicle ? ",\"icicle\":true" : ",\"icicle\":false")
    let scale = tree.isComparison ? Legend.scale(of: tree, layout) : 0
    legend(Legend(tree, scale: scale, isCount: caption.value.isCount), &out)
    out.write(",\n\"drawing\":")
    out.write(Drawing.json)
    frames(tree, layout, options.changed, &out)
    if tree.isComparison {
      out.write(raw: ",\n\"scale\":\(scale),\"chance\":\(caption.value.isCount),\n\"before\":{\"of\":")
      out.write(tree.baselineTotalWeights[CallTree.root])
      weights(tree, layout, total: tree.baselineTotalWeights, own: tree.baselineSelfWeights, &out)
      out.write("}")
    }
    out.write("}")
    return out
  }

  private static func legend(_ legend: Legend, _ out: inout MarkupBuffer) {
    out.write(",\n\"legend\":{\"title\":")
    out.write(json: legend.title)
    out.write(",\"entries\":")
    out.list(legend.entries) { entry, out in
      out.write("{\"swatches\":")
      out.list(entry.swatches) { $1.write(json: $0) }
      out.write(",\"text\":")
      out.write(json: entry.text)
      if let tip = entry.tip {
        out.write(",\"tip\":")
        out.write(json: tip)
      }
      out.write("}")
    }
    out.write("}")
  }

  private static func frames(
    _ tree: CallTree, _ layout: FlameGraphLayout, _ changed: Set<String>?, _ out: inout MarkupBuffer
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
    out.list(labels) { index, out in
      let label = tree.labels[Int(index)]
      out.write(strings.intern(label.name, limit: 2048))
      out.write(",\"")
      out.write(Palette.entry(label.kind).letter)
      out.write(Palette.shade(label))
      out.write("\"")
      for (text, limit) in [(label.fullName, 8192), (label.module, 4096), (label.file, 4096)] {
        out.write(",")
        if let text { out.write(strings.intern(text, limit: limit)) } else { out.write("-1") }
      }
    }
    if let changed {
      out.write(",\n\"unchanged\":")
      let unchanged = labels.indices.filter { Palette.isUnchanged(tree.labels[Int(labels[$0])], changed) }
      out.list(unchanged) { $1.write($0) }
    }
    out.write(",\n\"strings\":")
    out.list(strings.strings) { $1.write(json: $0) }
    out.write(",\n\"depth\":")
    out.list(layout.frames) { $1.write($0.depth) }
    out.write(",\n\"label\":")
    out.list(labelOfFrame) { $1.write($0) }
    weights(tree, layout, total: tree.totalWeights, own: tree.selfWeights, &out)
    if layout.frames.contains(where: { tree.lines(of: Int($0.node)) != nil }) {
      out.write(",\n\"line\":")
      out.list(layout.frames) { $1.write(tree.lines(of: Int($0.node))?.lowerBound ?? 0) }
      out.write(",\n\"lineSpan\":")
      out.list(layout.frames) { $1.write((tree.lines(of: Int($0.node))?.count ?? 1) - 1) }
    }
  }

  private static func weights(
    _ tree: CallTree, _ layout: FlameGraphLayout, total: [Int64], own: [Int64], _ out: inout MarkupBuffer
  ) {
    out.write(",\n\"rest\":")
    out.list(layout.frames) { frame, out in
      let node = Int(frame.node)
      out.write(node == CallTree.root ? total[node] : total[Int(tree.parents[node])] - total[node])
    }
    out.write(",\n\"self\":")
    out.list(layout.frames) { $1.write(own[Int($0.node)]) }
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
