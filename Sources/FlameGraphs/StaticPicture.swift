import ProfileModel
import TextWriting
import Wording

/// The picture as it is without script: in an image viewer, as `<img>`, printed.
///
/// Frames at least a pixel wide are rectangles with a title; narrower neighbors in a row are drawn as one piece, because
/// nobody can tell them apart and thousands of them would make the file slow to open.
struct StaticPicture {
  private(set) var markup = MarkupBuffer()
  private(set) var height = 0

  private let tree: CallTree
  private let layout: FlameGraphLayout
  private let shares: Shares
  private let scale: Double
  private let value: ValueType
  private let isCount: Bool
  private let width: Double
  private let isIcicle: Bool

  private static let margin = 10.0
  private static let noteLimit = 6

  init(_ tree: CallTree, layout: FlameGraphLayout, caption: FlameGraphCaption, options: FlameGraph.Options) {
    self.tree = tree
    self.layout = layout
    shares = Shares(tree)
    scale = tree.isComparison ? Legend.scale(of: tree, layout) : 0
    value = caption.value
    isCount = caption.value.isCount
    width = Double(max(320, min(options.width, 20_000)))
    isIcicle = options.isIcicle
    let head = drawHead(caption)
    height = head + layout.rows * Drawing.rowHeight + Int(Self.margin)
    drawFrames(top: head)
  }

  // MARK: Head

  private mutating func drawHead(_ caption: FlameGraphCaption) -> Int {
    markup.write("<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n")
    let (size, stroke, angle) = (Drawing.Hatch.size, Drawing.Hatch.stroke, Drawing.Hatch.angle)
    markup.write(
      raw: "<pattern id=\"hatch\" width=\"\(size)\" height=\"\(size)\" patternUnits=\"userSpaceOnUse\" "
        + "patternTransform=\"rotate(\(angle))\"><rect class=\"grain\" width=\"\(size)\" height=\"\(size)\"/>"
        + "<path class=\"hatch\" d=\"M0 0V\(size)\" stroke-width=\"\(stroke)\"/></pattern>\n")
    var y = 26
    line(caption.title, "title ink", y, fontSize: 17)
    y += 4
    for text in [caption.command] + paragraph(caption.facts + [layout.frameCount]) where !text.isEmpty {
      y += 17
      line(text, "dim", y)
    }
    for note in caption.notes.prefix(Self.noteLimit) {
      y += 17
      line("⚠ " + note, "ink", y)
    }
    if caption.notes.count > Self.noteLimit {
      y += 17
      line("⚠ and \(caption.notes.count - Self.noteLimit) more notes", "ink", y)
    }
    y += 22
    drawLegend(y)
    return y + 14
  }

  /// Facts joined to lines that fit.
  private func paragraph(_ facts: [String]) -> [String] {
    var lines: [String] = []
    for fact in facts {
      if let last = lines.last, TextWidth.of(last + " · " + fact) <= width - 2 * Self.margin {
        lines[lines.count - 1] = last + " · " + fact
      } else {
        lines.append(fact)
      }
    }
    return lines
  }

  private mutating func line(_ text: String, _ style: StaticString, _ y: Int, fontSize: Double = 12) {
    let printable = MarkupBuffer.printable(MarkupBuffer.shortened(text, to: 4096))
    guard let fitted = TextWidth.fitted(printable, into: width - 2 * Self.margin, fontSize: fontSize) else { return }
    markup.write("<text class=\"")
    markup.write(style)
    markup.write("\" x=\"10\" y=\"")
    markup.write(y)
    markup.write("\">")
    markup.write(text: fitted)
    markup.write("</text>\n")
  }

  private mutating func drawLegend(_ y: Int) {
    var x = Self.margin
    for entry in Legend(tree, scale: scale, isCount: isCount).entries {
      for style in entry.swatches {
        markup.write(raw: "<rect class=\"\(style)\" x=\"")
        markup.write(pixels: x)
        markup.write(raw: "\" y=\"\(y - 11)\" width=\"14\" height=\"14\"/>")
        x += 14
      }
      if !entry.swatches.isEmpty { x += 5 }
      markup.write("<text class=\"dim\" x=\"")
      markup.write(pixels: x)
      markup.write(raw: "\" y=\"\(y)\">")
      markup.write(text: entry.text)
      markup.write("</text>")
      x += TextWidth.of(entry.text) + 16
    }
    markup.write("\n")
  }

  // MARK: Frames

  private mutating func drawFrames(top: Int) {
    let usable = width - 2 * Self.margin
    var slivers = Slivers(rows: layout.rows)
    func y(_ row: Int) -> Int { top + (isIcicle ? row : layout.rows - 1 - row) * Drawing.rowHeight }
    markup.write("<g class=\"frames\">\n")
    for frame in layout.frames {
      let (left, pixels) = (Self.margin + frame.start * usable, frame.width * usable)
      let row = Int(frame.depth)
      if pixels >= 1 {
        draw(frame, left: left, pixels: pixels, y: y(row))
      } else {
        slivers.add(left: left, width: pixels, row: row, y: y(row), style: sliverStyle(Int(frame.node)))
      }
    }
    slivers.finish(y: y)
    markup.write(slivers.markup)
    markup.write("</g>\n")
  }

  private mutating func draw(_ frame: FlameGraphLayout.Frame, left: Double, pixels: Double, y: Int) {
    let node = Int(frame.node)
    let label = tree.label(of: node)
    let name = MarkupBuffer.printable(MarkupBuffer.shortened(label.name, to: 1024))
    markup.write("<g><title>")
    markup.write(text: name)
    markup.write(text: figures(node, label))
    markup.write("</title><rect class=\"")
    writeStyle(node, label)
    markup.write("\" x=\"")
    markup.write(pixels: left)
    markup.write("\" y=\"")
    markup.write(y)
    markup.write("\" width=\"")
    markup.write(pixels: Drawing.drawn(width: pixels))
    markup.write("\" height=\"")
    markup.write(Drawing.frameHeight)
    markup.write("\"/>")
    if let text = TextWidth.fittedName(name, into: pixels - 7) {
      markup.write(label.kind == .inlined ? "<text class=\"ink it\" x=\"" : "<text class=\"ink\" x=\"")
      markup.write(pixels: left + 3)
      markup.write("\" y=\"")
      markup.write(y + Drawing.baseline)
      markup.write("\">")
      markup.write(text: text)
      markup.write("</text>")
    }
    markup.write("</g>\n")
  }

  private func figures(_ node: Int, _ label: CallTree.Label) -> String {
    let module = label.module.map { " (\(MarkupBuffer.shortened($0, to: 256)))" } ?? ""
    guard tree.isComparison else {
      return "\(module): \(value.text(tree.totalWeights[node])), \(shares.after(node).percent)"
    }
    return
      "\(module): \(shares.before(node).percent) before, \(shares.after(node).percent) after, "
      + shares.change(node).points
  }

  private mutating func writeStyle(_ node: Int, _ label: CallTree.Label) {
    guard tree.isComparison else {
      markup.write(Palette.entry(label.kind).letter)
      markup.write(Palette.shade(label))
      return
    }
    let step = step(node)
    markup.write(step > 0 ? "r" : step < 0 ? "b" : "n")
    markup.write(abs(step))
    if tree.totalWeights[node] == 0 { markup.write(" gone") }
    if tree.baselineTotalWeights[node] == 0 { markup.write(" new") }
  }

  private func step(_ node: Int) -> Int {
    Palette.step(change: shares.change(node), scale: scale, chance: isCount ? shares.chance(node) : 0)
  }

  private func sliverStyle(_ node: Int) -> Slivers.Style {
    guard tree.isComparison else { return .kind(tree.labels[Int(tree.labelIndices[node])].kind) }
    let step = step(node)
    return step > 0 ? .grew : step < 0 ? .shrank : .same
  }
}
