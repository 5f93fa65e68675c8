import ProfileModel

/// Flame graphs: pictures of call trees in which width is weight.
package enum FlameGraph {
  /// How a picture is drawn.
  package struct Options: Hashable, Sendable {
    /// The width in pixels where no script fits it to the window.
    package var width: Int = 1200
    /// Whether the root is at the top; otherwise it's at the bottom. Readers can turn it over.
    package var isIcicle = false

    /// The usual picture.
    package init() {}
  }

  /// One self-contained SVG file: searchable, zoomable and fitted to its window in a browser; a plain picture elsewhere.
  ///
  /// Frames narrower than 0.1 px in a picture of 1,600 px are left out and counted. A tree of two profiles gives a
  /// differential picture: red grew, blue shrank.
  ///
  /// - Complexity: O(nodes) for sums, O(frames shown) for the rest.
  package static func svg(_ tree: CallTree, caption: FlameGraphCaption, options: Options = Options()) -> [UInt8] {
    let layout = FlameGraphLayout(tree)
    let picture = StaticPicture(tree, layout: layout, caption: caption, options: options)
    var out = MarkupBuffer()
    let width = max(320, min(options.width, 20_000))
    out.write(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"")
    out.write(width)
    out.write("\" height=\"")
    out.write(picture.height)
    out.write("\" viewBox=\"0 0 ")
    out.write(width)
    out.write(" ")
    out.write(picture.height)
    out.write("\" role=\"img\" aria-labelledby=\"title\">\n<title id=\"title\">")
    out.write(text: caption.title)
    out.write(" – flame graph</title>\n<metadata>\n")
    // Without it, telephones lay a page out 980 px wide.
    out.write(
      "<meta xmlns=\"http://www.w3.org/1999/xhtml\" name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
    )
    out.write("<data xmlns=\"http://www.w3.org/1999/xhtml\" id=\"profile\">")
    out.write(FlameGraphData.json(tree, layout: layout, caption: caption, options: options))
    out.write("</data>\n</metadata>\n<style>\n")
    // Inkscape drops a whole element of style at the first variable in it.
    out.write(raw: Palette.plainRules)
    out.write(raw: ViewerFiles.pictureStyle)
    out.write("</style>\n<style id=\"further\">\n")
    out.write(raw: Palette.furtherRules)
    out.write(raw: ViewerFiles.viewerStyle)
    out.write("</style>\n<g id=\"picture\">\n")
    out.write(picture.markup)
    out.write("</g>\n<script><![CDATA[\n")
    out.write(raw: ViewerFiles.scriptInSVG)
    out.write("]]></script>\n</svg>\n")
    return out.bytes
  }

  /// The same viewer as a web page of its own, in one file.
  package static func html(_ tree: CallTree, caption: FlameGraphCaption, options: Options = Options()) -> [UInt8] {
    let layout = FlameGraphLayout(tree)
    var out = MarkupBuffer()
    out.write("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
    out.write("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>")
    out.write(text: caption.title)
    out.write(" – flame graph</title>\n<style>\n")
    out.write(raw: Palette.plainRules)
    out.write(raw: Palette.furtherRules)
    out.write(raw: ViewerFiles.pictureStyle)
    out.write(raw: ViewerFiles.viewerStyle)
    out.write("</style>\n</head>\n<body class=\"flamegraph-page\">\n<div id=\"viewer\">")
    out.write("<noscript>The picture is drawn by the script in this file.</noscript></div>\n")
    out.write("<script type=\"application/json\" id=\"profile\">")
    out.write(FlameGraphData.json(tree, layout: layout, caption: caption, options: options))
    out.write("</script>\n<script>\n")
    out.write(raw: ViewerFiles.scriptInHTML)
    out.write("</script>\n</body>\n</html>\n")
    return out.bytes
  }
}
