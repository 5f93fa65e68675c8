import Viewer

/// The viewer's script and style as documents carry them, each made once; `Sources/Viewer` holds the files.
enum ViewerFiles {
  /// Takes the place of the picture in an SVG document.
  static let scriptInSVG = JoinedScript.joining([
    text(ViewerSharedModules), text(ViewerGraphModules), text(ViewerStartInSVG),
  ])

  /// Fills a page with a flame graph.
  static let scriptInHTML = JoinedScript.joining([
    text(ViewerSharedModules), text(ViewerGraphModules), text(ViewerStartInHTML),
  ])

  /// Fills a page with all views of a profile.
  static let scriptOfPage = JoinedScript.joining([
    text(ViewerSharedModules), text(ViewerPageModules), text(ViewerStartOfPage),
  ])

  /// Style of that page, without colors.
  static let styleOfPage = text(ViewerPageStyle)

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
