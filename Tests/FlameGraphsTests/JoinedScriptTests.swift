import Testing

@testable import FlameGraphs

@Suite struct JoinedScriptTests {
  @Test func joinsModulesInOneScope() {
    let first = """
      /**
       * Adds.
       *
       * @param {number} one
       */
      export function add(one, other) {
        // Why.
        return one + other; // stays
      }
      /** One line. */
      export const ONE = 1;

      """
    let second = """
      import { add, ONE } from "./first.js";

      /** @type {number} */
      const two = /** @type {number} */ (add(ONE, ONE));
      const text = "export import";

      """
    #expect(
      JoinedScript.joining([first, second]) == """
        (() => {
        "use strict";
        function add(one, other) {
          return one + other; // stays
        }
        const ONE = 1;
        const two = /** @type {number} */ (add(ONE, ONE));
        const text = "export import";
        })();

        """)
  }

  @Test func nothingOfAModuleStaysInTheViewersScript() {
    for script in [ViewerFiles.scriptInSVG, ViewerFiles.scriptInHTML] {
      #expect(script.hasPrefix("(() => {\n\"use strict\";\n"))
      let lines = script.split(separator: "\n")
      for line in lines { #expect(!line.hasPrefix("import ") && !line.hasPrefix("export "), "\(line)") }
      #expect(lines.filter { $0.hasPrefix("class ") }.count >= 10)
      #expect(lines.filter { $0.contains("new Viewer(") }.count == 1)
    }
    let page = ViewerFiles.scriptOfPage
    for line in page.split(separator: "\n") {
      #expect(!line.hasPrefix("import ") && !line.hasPrefix("export "), "\(line)")
    }
    #expect(!page.contains("new Viewer(") && page.contains("new ProfilePage("))
  }

  @Test func stylesUseTheColorsThatThereAre() {
    func used(_ style: String) -> Set<String> { Set(style.matches(of: #/var\(--(\w+)\)/#).map { String($0.output.1) }) }
    #expect(used(ViewerFiles.viewerStyle) == Set(Theme.light.variables.map(\.name)))
    let ofCanvas = Set(Theme.light.canvasVariables.map(\.name))
    #expect(ofCanvas.isDisjoint(with: Theme.light.variables.map(\.name)))
    for name in ofCanvas { #expect(ViewerFiles.scriptOfPage.contains("\"\(name)\""), "\(name)") }
    #expect(used(ViewerFiles.styleOfPage).subtracting(["step"]).isSubset(of: Set(Theme.light.variables.map(\.name))))
    #expect(Theme.light.variables.map(\.name) == Theme.dark.variables.map(\.name))
  }
}
