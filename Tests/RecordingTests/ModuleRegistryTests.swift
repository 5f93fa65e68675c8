import Glibc
import ProfileModel
import RecordingFormat
import Testing

@testable import Recording

@Suite struct ModuleRegistryTests {
  private let anonymous = Mapping(start: 0x7000_0000, end: 0x7001_0000)

  @Test func `run-time code of a process number used again is another module`() {
    var (registry, log) = (ModuleRegistry(), RecordingLog())
    let process = TargetProcess(pid: getpid())
    let first = registry.module(of: .init(mapping: anonymous, process: process, time: 0), log: &log)
    #expect(registry.module(of: .init(mapping: anonymous, process: process, time: 0), log: &log).index == first.index)
    let next = TargetProcess(pid: getpid())
    let second = registry.module(of: .init(mapping: anonymous, process: next, time: 0), log: &log)
    #expect(second.isNew)
    #expect(second.index != first.index)
  }
}
