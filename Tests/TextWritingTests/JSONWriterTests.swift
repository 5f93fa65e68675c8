import TextWriting
import Testing

@Suite struct JSONWriterTests {
  private func text(_ indentation: Int = 0, _ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter(indentation: indentation)
    body(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test func setsCommasAndColons() {
    let result = text { json in
      json.object { json in
        json.member("a", 1)
        json.member("b", ["x", "y"])
        json.key("c")
        json.array { _ in }
        json.key("d")
        json.array { json in
          json.object { _ in }
          json.object { $0.member("e", nil) }
        }
        json.member("f", true)
      }
    }
    #expect(result == #"{"a":1,"b":["x","y"],"c":[],"d":[{},{"e":null}],"f":true}"#)
  }

  @Test func indentsWhereAsked() {
    let result = text(2) { json in
      json.object { json in
        json.member("a", 1)
        json.key("b")
        json.array {
          $0.value(2); $0.value(3)
        }
        json.key("c")
        json.object { _ in }
      }
    }
    #expect(result == "{\n  \"a\": 1,\n  \"b\": [\n    2,\n    3\n  ],\n  \"c\": {}\n}")
  }

  @Test func escapesWhatStringsMayNotHold() {
    #expect(
      text { $0.value("a\"b\\c\n\r\t\u{1B}\u{7F}é\u{2028}") } == "\"a\\\"b\\\\c\\n\\r\\t\\u001b\\u007fé\u{2028}\"")
  }

  @Test(
    arguments: [
      (0.5, "0.5"), (3, "3"), (-0.0, "0"), (1e300, "1e+300"), (.nan, "null"), (.infinity, "null"), (0.1, "0.1"),
    ] as [(Double, String)])
  func writesNumbers(number: Double, expected: String) {
    #expect(text { $0.value(number) } == expected)
  }

  @Test(arguments: [0, 9, 10, 99, 100, 1_234_567_890, -1, -10, .max, .min] as [Int64])
  func writesWholeNumbers(number: Int64) {
    #expect(text { $0.value(number) } == String(number))
    let small = Int8(truncatingIfNeeded: number)
    #expect(text { $0.value(small) } == String(small))
  }

  @Test func writesTheGreatestNumber() {
    #expect(text { $0.value(UInt64.max) } == "18446744073709551615")
  }

  @Test func goesOnAfterItsBytesWereTaken() {
    var writer = JSONWriter()
    var all: [UInt8] = []
    writer.object { json in
      json.key("a")
      all += json.take()
      json.array { json in
        json.value(1)
        all += json.take()
        json.value("x")
      }
    }
    #expect(String(decoding: all + writer.bytes, as: UTF8.self) == #"{"a":[1,"x"]}"#)
  }
}
