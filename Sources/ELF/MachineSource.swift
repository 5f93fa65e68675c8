import Processes
import ProfileModel

/// A source of processes that has the images behind their mappings, too.
package protocol MachineSource: ProcessSource {
  /// The image behind a mapping; throws where none can be told to be that one.
  ///
  /// - Parameter mappedAt: When it was mapped, in nanoseconds since 1970.
  func image(behind mapping: Mapping, of pid: Int32, mappedAt: UInt64) throws(ELFError) -> ELFImage
}

extension LiveProcesses: MachineSource {
  package func image(behind mapping: Mapping, of pid: Int32, mappedAt: UInt64) throws(ELFError) -> ELFImage {
    try ImageLocator().open(pid: pid, mapping: mapping, mappedAt: mappedAt)
  }
}

extension NoProcesses: MachineSource {
  package func image(behind mapping: Mapping, of pid: Int32, mappedAt: UInt64) throws(ELFError) -> ELFImage {
    throw .noImage(path: mapping.path)
  }
}
