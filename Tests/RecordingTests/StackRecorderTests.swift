import ProfileModel
import RecordingFormat
import Testing

@testable import Recording

@Suite struct StackRecorderTests {
  private func record(_ stacks: [[UInt64]]) -> (RecordingLog, [StackID?]) {
    var log = RecordingLog()
    var recorder = StackRecorder()
    let ids = stacks.map { stack -> StackID? in
      recorder.begin()
      for address in stack { recorder.push(module: 0, address: address, log: &log) }
      return recorder.end()
    }
    return (log, ids)
  }

  @Test(
    arguments: [
      [[1, 2, 3], [1, 2, 3]], [[1, 2, 3], [1, 2]], [[1, 2], [1, 2, 3]], [[1, 2, 3], [1, 4, 3]], [[1], [2]],
      [[1, 2], []],
      [[1, 2, 3], [1], [1, 2, 3], [2, 3]],
    ] as [[[UInt64]]])
  func givesEachStackItsOwnPath(stacks: [[UInt64]]) {
    let (log, ids) = record(stacks)
    for (stack, id) in zip(stacks, ids) {
      let path = id.map { log.tables.stacks.path(to: $0).map { log.tables.frames.addresses[Int($0)] } } ?? []
      #expect(path == stack)
    }
    #expect(Set(ids).count == Set(stacks).count)
  }

  @Test func addressesOfRunTimeCodeKeepTheirOccupant() {
    let place = JITAddress(0x7FFF_1234_5678, occupant: 65_535)
    #expect(place.address == 0x7FFF_1234_5678)
    #expect(place.occupant == 65_535)
    #expect(JITAddress(bits: 0x1234).occupant == 0)
  }
}
