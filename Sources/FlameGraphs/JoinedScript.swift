/// JavaScript modules as one classic script, since an SVG document and a page from a disk can load no others.
///
/// Each module comes after those that it imports from, so that all of them can share one scope: `import` lines go, the
/// word `export` goes, and comments that have lines of their own stay behind. `Tests/ViewerTests/rules.test.mjs` holds the
/// modules to what this needs: imports and exports at the beginning of a line, names that exist once.
enum JoinedScript {
  /// A strict script that leaves no name behind.
  static func joining(_ modules: [String]) -> String {
    var script = "(() => {\n\"use strict\";\n"
    var isInComment = false
    for module in modules {
      for line in module.split(separator: "\n") {
        let content = line.drop { $0 == " " }
        if isInComment || content.hasPrefix("/**") {
          isInComment = !content.hasSuffix("*/")
        } else if !content.hasPrefix("//"), !line.hasPrefix("import ") {
          script += line.hasPrefix("export ") ? line.dropFirst("export ".count) : line
          script += "\n"
        }
      }
    }
    return script + "})();\n"
  }
}
