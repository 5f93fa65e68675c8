import Viewer

/// The viewer's script and style as documents carry them, each made once; `Sources/Viewer` holds the files.
enum ViewerFiles {
  /// Takes the place of the picture in an SVG document.
  static let scriptInSVG = JoinedScript.joining([text(ViewerModules), text(ViewerStartInSVG)])

  /// Fills a page.
  static let scriptInHTML = JoinedScript.joining([text(ViewerModules), text(ViewerStartInHTML)])

  /// Style of the picture without script, without colors.
  static let pictureStyle = text(ViewerPictureStyle)
  /// Style of the viewer around it.
  static let viewerStyle = text(ViewerStyle)

  private static func text(_ part: ViewerPart) -> String {
    // SAFETY: the bytes are constants of the program, `count` of them, and copied here.
    let text = unsafe viewer_text(part)
    return unsafe String(decoding: UnsafeRawBufferPointer(start: text.bytes, count: text.count), as: UTF8.self)
  }
}
