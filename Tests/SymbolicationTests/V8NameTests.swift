import Testing

@testable import Symbolication

@Suite struct V8NameTests {
  @Test(
    arguments: [
      ("JS:*render /srv/app.js:12:7", "render app.js:12:7", "render [TurboFan] /srv/app.js:12:7", "/srv/app.js"),
      ("JS:~render /srv/app.js:12:7", "render app.js:12:7", "render [Ignition] /srv/app.js:12:7", "/srv/app.js"),
      ("JS:^render /srv/app.js:12:7", "render app.js:12:7", "render [Sparkplug] /srv/app.js:12:7", "/srv/app.js"),
      ("JS:+'render /srv/app.js:12:7", "render app.js:12:7", "render [Maglev] /srv/app.js:12:7", "/srv/app.js"),
      (
        "LazyCompile:~ file:///a/b c.mjs:3", "(anonymous) b c.mjs:3", "(anonymous) [Ignition] /a/b c.mjs:3",
        "/a/b c.mjs"
      ),
      (
        "JS:~get foo node:internal/x:5:2", "get foo node:internal/x:5:2", "get foo [Ignition] node:internal/x:5:2",
        "node:internal/x"
      ),
      ("Script:~ /srv/app.js:1:1", "(script) app.js:1:1", "(script) [Ignition] /srv/app.js:1:1", "/srv/app.js"),
      ("JS:^bar", "bar", "bar [Sparkplug]", nil),
    ] as [(String, String, String, String?)])
  func `names, tiers and places are told apart`(text: String, name: String, full: String, file: String?) throws {
    let shown = try #require(V8Name(text))
    #expect(shown.name == name)
    #expect(shown.fullName == full)
    #expect(shown.file == file)
  }

  @Test(arguments: ["JS:", "JS:*", "Eval:~ ", "main", "", "JSX:*f /a.js:1", "JS: :", "JS:~::"])
  func `what has no name is left alone or has one`(text: String) {
    #expect(V8Name(text).map { !$0.name.isEmpty } ?? true)
  }

  @Test func `tiers of one function are one function`() throws {
    let names = try ["~", "^", "+", "*", "*'"].map { try #require(V8Name("JS:\($0)f /srv/a.js:1:2")).name }
    #expect(Set(names) == ["f a.js:1:2"])
  }
}
