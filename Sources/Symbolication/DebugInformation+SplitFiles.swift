import BinaryReading
import CElfutils
import ELF
import Glibc

/// Units whose other half lies in a `.dwo` file of its own.
extension DebugInformation {
  /// Bytes of the line table of such a file, which has the names of source files only.
  private static let lineTableLimit: UInt64 = 4 << 20

  /// The unit with its other half, if it has one in a file that may be opened.
  func completed(_ unit: Unit) throws(DebugDamage) -> Unit {
    guard unit.isHalf, let size = try splitFileSize(of: unit) else { return unit }
    var (unit, split) = unsafe (unit, Dwarf_Die())
    // SAFETY: the entry belongs to the open handle; results are written during the call.
    guard unsafe dwarf_cu_info(unit.die.cu, nil, nil, nil, &split, nil, nil, nil) == 0, unsafe split.addr != nil else {
      return unit
    }
    unsafe (unit.body, unit.files, unit.isHalf, unit.otherBytes) = unsafe (split, split, false, size)
    return unit
  }

  /// Bytes of debug information in the file of a unit's other half; nil when there is none.
  ///
  /// libdw opens it by name. What is there must be a file, since a pipe would keep libdw waiting, and one that can be
  /// held.
  private func splitFileSize(of unit: Unit) throws(DebugDamage) -> UInt64? {
    guard let name = unsafe Self.string(DW_AT_dwo_name, of: unit.die) ?? Self.string(DW_AT_GNU_dwo_name, of: unit.die)
    else { return nil }
    let folder = unsafe Self.string(DW_AT_comp_dir, of: unit.die) ?? ""
    var size: UInt64?
    for path in splitPaths(name: name, folder: folder) {
      let reader: FileReader
      do throws(BinaryReadingError) { reader = try FileReader(path: path) } catch { continue }
      guard let file = try? ELFImage(file: reader), let bytes = try? file.debugSize(),
        file.section(named: ".debug_line.dwo").map(\.size) ?? 0 <= Self.lineTableLimit
      else { throw .splitFileRefused(path) }
      size = max(size ?? 0, bytes)
    }
    return size
  }

  /// Where libdw looks: beside the image, then in the folder of compilation.
  private func splitPaths(name: String, folder: String) -> [String] {
    if name.hasPrefix("/") { return [name] }
    let beside = imageFolder
    let place = folder.hasPrefix("/") ? folder : beside + folder
    return [beside + name] + (folder.isEmpty ? [] : [place + "/" + name])
  }

  /// The folder that the image's open file lies in, with the slash that ends it.
  private var imageFolder: String {
    let path = image.withDescriptor { descriptor in
      var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
      // SAFETY: readlink writes at most the buffer's size.
      let count = unsafe buffer.withUnsafeMutableBufferPointer { bytes -> Int in
        guard let base = bytes.baseAddress else { return 0 }
        return unsafe base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
          unsafe readlink("/proc/self/fd/\(descriptor)", $0, bytes.count)
        }
      }
      return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
    }
    return (path ?? "").lastFolder
  }
}
