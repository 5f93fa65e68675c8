import ProfileModel

/// Frames less than a pixel wide: neighbors in a row that look alike become one piece, all pieces that look alike one path.
struct Slivers {
  /// What a sliver looks like.
  enum Style: Hashable {
    case kind(CallTree.Kind)
    case grew, shrank, same

    /// Its class in the style sheet.
    var name: String {
      switch self {
      case .grew: "r\(Palette.middleStep)"
      case .shrank: "b\(Palette.middleStep)"
      case .same: "n0"
      case .kind(let kind): Palette.entry(kind).middle
      }
    }
  }

  private struct Piece {
    var left: Double
    var right: Double
    var style: Style
  }

  private var open: [Piece?]
  private var paths: [Style: MarkupBuffer] = [:]

  init(rows: Int) { open = Array(repeating: nil, count: rows) }

  /// Adds a frame to its row; a row's frames come from left to right.
  mutating func add(left: Double, width: Double, row: Int, y: Int, style: Style) {
    if let piece = open[row], piece.style == style, left - piece.right < Drawing.joinWithin {
      open[row]?.right = left + width
      return
    }
    close(row, y: y)
    open[row] = Piece(left: left, right: left + width, style: style)
  }

  /// Ends all pieces.
  mutating func finish(y: (Int) -> Int) {
    for row in open.indices { close(row, y: y(row)) }
  }

  /// The paths, in order of style.
  var markup: MarkupBuffer {
    var out = MarkupBuffer()
    for (style, path) in paths.sorted(by: { $0.key.name < $1.key.name }) {
      out.write(raw: "<path class=\"\(style.name)\" d=\"")
      out.write(path)
      out.write("\"/>\n")
    }
    return out
  }

  private mutating func close(_ row: Int, y: Int) {
    guard let piece = open[row] else { return }
    open[row] = nil
    func write(_ path: inout MarkupBuffer) {
      path.write("M")
      path.write(pixels: piece.left)
      path.write(" ")
      path.write(y)
      path.write("h")
      path.write(pixels: max(piece.right - piece.left, Drawing.leastPiece))
      path.write("v")
      path.write(Drawing.frameHeight)
      path.write("H")
      path.write(pixels: piece.left)
      path.write("z")
    }
    write(&paths[piece.style, default: MarkupBuffer()])
  }
}
