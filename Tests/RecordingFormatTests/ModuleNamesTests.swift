import ProfileModel
import RecordingSchema
import Testing

@testable import RecordingFormat

@Suite struct ModuleNamesTests {
  /// The functions at an address, innermost first, with their lines.
  private func lines(_ symbols: Recording_Symbols, at address: UInt64) -> [String] {
    var names = ModuleNames(RecordedNames(symbols), module: ModuleID(index: 0))
    var profile = Profile()
    return names.lines(at: address).compactMap { position in
      names.line(at: position, in: &profile).map { "\(profile.functions[$0.function.index].name):\($0.number)" }
    }
  }

  private func symbols(_ fill: (inout Recording_Places) -> Void) -> Recording_Symbols {
    .with {
      $0.functions = [.with { $0.name = "outer" }, .with { $0.name = "inner" }]
      $0.places = .with(fill)
    }
  }

  @Test func `addresses are differences, lines follow one another`() {
    let symbols = symbols {
      $0.address = [0x1000, 0x10]
      $0.lines = [1, 2]
      $0.function = [0, 1, 0]
      $0.line = [7, 30, 8]
    }
    #expect(lines(symbols, at: 0x1000) == ["outer:7"])
    #expect(lines(symbols, at: 0x1010) == ["inner:30", "outer:8"])
    #expect(lines(symbols, at: 0x1008) == [])
    #expect(lines(symbols, at: 0x2000) == [])
  }

  @Test func `rows of the first version are read`() {
    let symbols = Recording_Symbols.with {
      $0.functions = [.with { $0.name = "outer" }, .with { $0.name = "inner" }]
      $0.locations = [
        .with { location in
          location.address = 0x2000
          location.lines = [
            .with {
              $0.function = 1
              $0.line = 3
            }, .with { $0.function = 0 },
          ]
        },
        .with { $0.address = 0x1000 },
      ]
    }
    #expect(lines(symbols, at: 0x2000) == ["inner:3", "outer:0"])
    #expect(lines(symbols, at: 0x1000) == [])
  }

  @Test func `what refers to nothing is left out`() {
    let tooMany = symbols {
      $0.address = [0x1000, 0x10]
      $0.lines = [1, 9]
      $0.function = [0]
      $0.line = [7]
    }
    #expect(lines(tooMany, at: 0x1000) == ["outer:7"])
    #expect(lines(tooMany, at: 0x1010) == [])
    let unknown = symbols {
      $0.address = [0x1000]
      $0.lines = [2]
      $0.function = [5, 1]
      $0.line = [7, 8]
    }
    #expect(lines(unknown, at: 0x1000) == ["inner:8"])
    let uneven = symbols {
      $0.address = [0x1000]
      $0.lines = [1]
      $0.function = [0]
    }
    #expect(lines(uneven, at: 0x1000) == [])
  }
}
