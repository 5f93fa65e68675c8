import ProfileModel

/// Numbers that the picture without script and the viewer have in common; the viewer gets them handed in.
enum Drawing {
  /// From row to row.
  static let rowHeight = 18
  /// Of a frame; the rest of a row is a gap.
  static let frameHeight = rowHeight - 1
  /// From a row's upper edge to its text.
  static let baseline = 13
  /// Between neighbors that are wider than `gapFrom`.
  static let gap = 1.0
  /// Frames narrower than this can't spare a pixel.
  static let gapFrom = 4.0
  /// What such frames are drawn of their width.
  static let narrowShare = 0.85
  /// What a piece is drawn at least, so that it's there at all.
  static let leastPiece = 0.1
  /// Pieces this near to each other become one.
  static let joinWithin = 0.5

  /// Stripes over frames that stand for others.
  enum Hatch {
    static let size = 6
    static let stroke = 3
    static let angle = 45
  }

  /// The width that is drawn of a frame at least a pixel wide.
  static func drawn(width: Double) -> Double { width > gapFrom ? width - gap : width * narrowShare }

  /// The same numbers, and what the style sheet's classes mean, as JSON:
  ///
  ///     rowHeight, baseline, gap, gapFrom, narrowShare, leastPiece, joinWithin
  ///     hatch     size, stroke, angle
  ///     kinds     for each letter: sliver, the class of its slivers; meaning, a line in a frame's details, or ""
  ///     changes   steps of color; sliver, the step of all slivers; least share that counts as a change;
  ///               errors, how many standard errors a change must have
  static var json: MarkupBuffer {
    var out = MarkupBuffer()
    out.write(raw: "{\"rowHeight\":\(rowHeight),\"baseline\":\(baseline),\"gap\":\(gap),\"gapFrom\":\(gapFrom)")
    out.write(raw: ",\"narrowShare\":\(narrowShare),\"leastPiece\":\(leastPiece),\"joinWithin\":\(joinWithin)")
    out.write(
      raw: ",\"hatch\":{\"size\":\(Hatch.size),\"stroke\":\(Hatch.stroke),\"angle\":\(Hatch.angle)},\"kinds\":{")
    for (index, entry) in Palette.entries.enumerated() {
      out.write(raw: "\(index > 0 ? "," : "")\"\(entry.letter)\":{\"sliver\":\"\(entry.middle)\",\"meaning\":")
      out.write(json: entry.meaning)
      out.write("}")
    }
    out.write(raw: "},\"changes\":{\"steps\":\(Palette.steps),\"sliver\":\(Palette.middleStep)")
    out.write(raw: ",\"least\":\(Palette.leastChange),\"errors\":\(Shares.errors)}}")
    return out
  }
}
