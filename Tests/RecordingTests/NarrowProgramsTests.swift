import ProfileModel
import Testing

@testable import Recording

@Suite struct NarrowProgramsTests {
  @Test func tellsNarrowProgramsFromTheMachinesOwn() {
    #expect(NarrowPrograms.kind(of: .host, isX32: false) == nil)
    #expect(NarrowPrograms.kind(of: Architecture.host.narrow, isX32: false) == .narrow)
    #expect(NarrowPrograms.kind(of: nil, isX32: false) == .narrow)
    #expect(NarrowPrograms.kind(of: .host, isX32: true) == .x32)
  }

  @Test func saysNothingWhereThereIsNone() { #expect(NarrowPrograms().notes.isEmpty) }

  @Test func namesProgramsByTheirSamples() {
    var programs = NarrowPrograms()
    for index in 0..<3 { programs.count(.narrow, name: "old", isRooted: index > 0) }
    programs.count(.x32, name: "odd", isRooted: true)
    #expect(
      programs.notes == ["32-bit program old: 2 of 3 stacks rooted", "x32 program odd: 1 of 1 stack rooted"])
  }

  @Test func countsTheRest() {
    var programs = NarrowPrograms()
    for index in 0..<20 {
      for _ in 0...index { programs.count(.narrow, name: "p\(index)", isRooted: false) }
    }
    #expect(programs.notes.count == 9)
    #expect(programs.notes.first == "32-bit program p19: 0 of 20 stacks rooted")
    #expect(programs.notes.last == "32-bit programs, 12 more: 0 of 78 stacks rooted")
  }
}
