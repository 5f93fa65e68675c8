import Testing

@testable import Recording

@Suite struct WorkSymbolTests {
  @Test(
    "A file is told from the colons of a name",
    arguments: [
      ("handle", nil, "handle"), ("libc.so.6:malloc", "libc.so.6", "malloc"), ("/opt/a b:run", nil, "/opt/a b:run"),
      ("./server:Server.handle(_:)", "./server", "Server.handle(_:)"), ("std::sort", nil, "std::sort"),
      ("server:std::sort", "server", "std::sort"), ("Server.handle(_:with:)", nil, "Server.handle(_:with:)"),
      ("map<a:b>::find", nil, "map<a:b>::find"), (":f", nil, ":f"), ("f:", nil, "f:"),
    ] as [(String, String?, String)])
  func parts(_ text: String, _ file: String?, _ function: String) throws {
    let symbol = try #require(WorkSymbol(text))
    #expect(symbol.file == file)
    #expect(symbol.function == function)
  }

  @Test func nothingIsNoFunction() { #expect(WorkSymbol("") == nil) }
}
