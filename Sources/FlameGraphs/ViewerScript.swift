/// The viewer's script: plain JavaScript without dependencies, kept in pieces by topic.
///
/// `source` defines `perfprofFlameGraph(host, data)`, which fills an XHTML or HTML element of any document. It builds
/// elements one by one and sets text as text; no string ever becomes markup.
enum ViewerScript {
  /// All pieces inside one function's scope.
  static let source =
    "const perfprofFlameGraph = (function () {\n\"use strict\";\n\n" + expression + "\n" + model + "\n" + frames + "\n"
    + card + "\n"
    + viewer
    + "\n" + keyboard + "\nreturn (host, data) => new Viewer(host, new Model(data));\n})();\n"

  /// Takes the place of the picture in an SVG document.
  static let startInSVG = #"""
    (function () {
      "use strict";
      const root = document.documentElement;
      const data = JSON.parse(document.getElementById("profile").textContent);
      document.getElementById("picture").remove();
      for (const name of ["viewBox", "role", "aria-labelledby"]) root.removeAttribute(name);
      root.setAttribute("width", "100%");
      root.setAttribute("height", "100%");
      const frame = document.createElementNS("http://www.w3.org/2000/svg", "foreignObject");
      frame.setAttribute("width", "100%");
      frame.setAttribute("height", "100%");
      const host = document.createElementNS("http://www.w3.org/1999/xhtml", "div");
      frame.append(host);
      root.append(frame);
      perfprofFlameGraph(host, data);
    })();

    """#

  /// Fills a page.
  static let startInHTML = #"""
    perfprofFlameGraph(
      document.getElementById("viewer"), JSON.parse(document.getElementById("profile").textContent));

    """#
}
