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
  private static let rowHeight = 18
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
    height = head + layout.rows * Self.rowHeight + Int(Self.margin)
    drawFrames(top: head)
  }

  // MARK: Head

  private mutating func drawHead(_ caption: FlameGraphCaption) -> Int {
    markup.write("<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n")
    markup.write(
      "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">")
    markup.write(
      "<rect class=\"grain\" width=\"6\" height=\"6\"/><path class=\"hatch\" d=\"M0 0V6\" stroke-width=\"3\"/></pattern>\n"
    )
    var y = 26
    line(caption.title, "title ink", y, fontSize: 17)
    y += 4
    for text in [caption.command] + paragraph(caption.facts + [frameCount]) where !text.isEmpty {
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

  private var frameCount: String {
    let shown = layout.frames.count == 1 ? "1 frame" : "\(layout.frames.count.grouped) frames"
    guard layout.leftOut > 0 else { return shown }
    return shown + "; \(layout.leftOut.grouped) more, narrower than 0.1 px at 1,600 px, are left out"
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
    func swatch(_ style: String, _ text: String, gap: Double = 16, out: inout MarkupBuffer) {
      out.write(raw: "<rect class=\"\(style)\" x=\"")
      out.write(pixels: x)
      out.write(raw: "\" y=\"\(y - 11)\" width=\"14\" height=\"14\"/>")
      x += text.isEmpty ? 14 : 19
      if !text.isEmpty {
        out.write("<text class=\"dim\" x=\"")
        out.write(pixels: x)
        out.write(raw: "\" y=\"\(y)\">")
        out.write(text: text)
        out.write("</text>")
        x += TextWidth.of(text) + gap
      }
    }
    guard tree.isComparison else {
      for kind in Legend.kinds(of: tree) {
        swatch(
          "\(kind.letter)\(kind.letter == "x" || kind.letter == "e" ? 0 : 4)",
          "\(kind.name) \(kind.share.percent)", out: &markup)
      }
      markup.write("\n")
      return
    }
    let most = (scale * 100).fixed(1)
    for step in stride(from: 6, through: 1, by: -1) { swatch("b\(step)", step == 1 ? "" : "", out: &markup) }
    for step in 1...6 { swatch("r\(step)", step == 6 ? "−\(most) to +\(most) points of share" : "", out: &markup) }
    swatch("b6 gone", "gone", out: &markup)
    swatch("r6 new", "new", out: &markup)
    if isCount { swatch("n0", "may be chance", out: &markup) }
    markup.write("<text class=\"dim\" x=\"")
    markup.write(pixels: x)
    markup.write(raw: "\" y=\"\(y)\">width: mean of both shares</text>\n")
  }

  // MARK: Frames

  private mutating func drawFrames(top: Int) {
    let usable = width - 2 * Self.margin
    var slivers = Slivers(rows: layout.rows)
    func y(_ row: Int) -> Int { top + (isIcicle ? row : layout.rows - 1 - row) * Self.rowHeight }
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
    markup.write(pixels: pixels > 4 ? pixels - 1 : pixels * 0.85)
    markup.write("\" height=\"17\"/>")
    if let text = TextWidth.fitted(name, into: pixels - 7) {
      markup.write(label.kind == .inlined ? "<text class=\"ink it\" x=\"" : "<text class=\"ink\" x=\"")
      markup.write(pixels: left + 3)
      markup.write("\" y=\"")
      markup.write(y + 13)
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
    let change = (shares.change(node) * 100).fixed(2)
    return
      "\(module): \(shares.before(node).percent) before, \(shares.after(node).percent) after, "
      + "\(change.hasPrefix("-") ? "" : "+")\(change) points"
  }

  private mutating func writeStyle(_ node: Int, _ label: CallTree.Label) {
    guard tree.isComparison else {
      markup.write(Palette.letter(label.kind))
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
