import ProfileModel
import Testing
import Wording

@testable import Recording

@Suite struct NarrowProgramsTests {
  @Test func tellsNarrowProgramsFromTheMachinesOwn() {
    var programs = NarrowPrograms()
    #expect(programs.kind(pid: 7, architecture: .host) == nil)
    #expect(programs.kind(pid: 7, architecture: Architecture.host.narrow) == .narrow)
    #expect(programs.kind(pid: 7, architecture: nil) == .narrow)
    programs.markX32(7)
    #expect(programs.kind(pid: 7, architecture: .host) == .x32)
    programs.fork(parent: 7, child: 8)
    programs.forget(7)
    #expect(programs.kind(pid: 7, architecture: .host) == nil)
    #expect(programs.kind(pid: 8, architecture: .host) == .x32)
  }

  @Test func saysNothingWhereThereIsNone() { #expect(NarrowPrograms().notes.isEmpty) }

  @Test func namesProgramsByTheirSamples() {
    var programs = NarrowPrograms()
    for index in 0..<3 { programs.count(.narrow, name: "old", isRooted: index > 0) }
    programs.count(.x32, name: "odd", isRooted: true)
    #expect(
      programs.notes.map(\.sentence) == [
        "32-bit program old: 2 of 3 stacks rooted", "x32 program odd: 1 of 1 stack rooted",
      ])
  }

  @Test func countsTheRest() {
    var programs = NarrowPrograms()
    for index in 0..<20 {
      for _ in 0...index { programs.count(.narrow, name: "p\(index)", isRooted: false) }
    }
    #expect(programs.notes.count == 9)
    #expect(programs.notes.first?.sentence == "32-bit program p19: 0 of 20 stacks rooted")
    #expect(programs.notes.last?.sentence == "32-bit programs, 12 more: 0 of 78 stacks rooted")
  }
}
