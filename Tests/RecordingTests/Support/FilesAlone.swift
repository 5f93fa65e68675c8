import ELF
import Processes
import ProfileModel

/// A machine without processes, whose files are there: for programs that only a test says to run.
struct FilesAlone: MachineSource {
  func processes() -> [Int32] { [] }
  func stat(of pid: Int32) -> ThreadStat? { nil }
  func threads(of pid: Int32) -> [Int32] { [] }
  func name(ofThread tid: Int32, of pid: Int32) -> String? { nil }
  func mappings(of pid: Int32, executableOnly: Bool) -> [Mapping]? { nil }
  func memory(of tid: Int32) -> any ReadableMemory { NoProcesses().memory(of: tid) }
  func image(behind mapping: Mapping, of pid: Int32, mappedAt: UInt64) throws(ELFError) -> ELFImage {
    try ImageLocator().open(pid: pid, mapping: mapping, mappedAt: mappedAt)
  }
}
