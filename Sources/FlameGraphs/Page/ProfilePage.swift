import ProfileModel

/// The page to find out with: all views of one selection, in one file that needs nothing else.
///
/// It holds the samples and not a picture of them, compressed, so that whoever reads it can select what they want.
package struct ProfilePage: Sendable {
  /// What is looked at; of what is selected by value type and direction the page makes its first view only.
  package var selected: SelectedProfile
  /// What stands above.
  package var caption: FlameGraphCaption
  /// Whether flame graphs come up with their root at the top.
  package var isIcicle = true
  /// Texts of source files by their paths, as the profile names them.
  package var sources: [String: String] = [:]
  /// The instructions of functions; nil where they were not asked for.
  package var instructions: InstructionListing?

  /// Whose samples these are, where they are two sides'.
  package var comparison: PageComparison?

  /// A page of these samples.
  package init(_ selected: SelectedProfile, caption: FlameGraphCaption) {
    self.selected = selected
    self.caption = caption
  }

  /// The document.
  ///
  /// The policy in it admits the script and the style of this file and nothing else: no request, no other script, no
  /// form, no frame.
  ///
  /// - Complexity: O(samples + stack nodes)
  package func html() -> [UInt8] {
    let script = ViewerFiles.scriptOfPage
    let style = Palette.plainRules + Palette.furtherRules + Palette.canvasRules + ViewerFiles.styleOfPage
    var out = MarkupBuffer()
    out.write("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
    out.write("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '")
    out.write(raw: Self.hash("\n\(script)"))
    out.write("'; style-src '")
    out.write(raw: Self.hash("\n\(style)"))
    out.write("'; base-uri 'none'; form-action 'none'\">\n")
    out.write("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>")
    out.write(text: caption.title)
    out.write(" – perfprof</title>\n<style>\n")
    out.write(raw: style)
    out.write("</style>\n</head>\n<body class=\"profile-page\">\n<div id=\"viewer\">")
    out.write("<noscript>The views are made by the script in this file.</noscript></div>\n")
    out.write("<script type=\"application/octet-stream\" id=\"profile\">")
    out.write(bytes: Base64.encode(Deflate.compress(PageData.bytes(self)) ?? []))
    out.write("</script>\n<script>\n")
    out.write(raw: script)
    out.write("</script>\n</body>\n</html>\n")
    return out.bytes
  }

  /// What a policy calls an inline script or style of this text.
  private static func hash(_ text: String) -> String {
    "sha256-" + String(decoding: Base64.encode(SHA256.hash(Array(text.utf8))), as: UTF8.self)
  }
}
