import ELF
import Processes
import ProfileModel
import Sampling

@testable import Unwinding

/// Keeps an unwinder informed about a process whose mappings change.
struct MappedImages {
  let pid: Int32
  private(set) var mappings: [Mapping] = []
  private var modules: [String: UInt32] = [:]
  private var biases: [String: UInt64] = [:]

  init(pid: Int32) { self.pid = pid }

  /// Reads the process's mappings and tells the unwinder of those that are new.
  mutating func update(_ unwinder: TestedUnwinder) throws {
    let now = try ProcessMaps.read(pid: pid, executableOnly: true)
    for mapping in now where !mappings.contains(mapping) {
      guard mapping.isFileBacked || mapping.path == "[vdso]" else {
        unwinder.map(pid: pid, mapping: mapping, module: nil)
        continue
      }
      if modules[mapping.path] == nil {
        let image = try ImageLocator().open(pid: pid, mapping: mapping)
        modules[mapping.path] = UInt32(modules.count)
        biases[mapping.path] = image.bias(of: mapping)
        unwinder.unwinder.addImage(image, key: UInt32(modules.count - 1))
      }
      unwinder.map(pid: pid, mapping: mapping, module: modules[mapping.path])
    }
    mappings = now
  }

  /// The file that an address belongs to.
  func path(_ address: UInt64) -> String? { mappings.first { $0.contains(address) }?.path }

  /// The function at an address of the image at `path`.
  func name(_ address: UInt64, _ symbols: Symbols, _ path: String) -> String? {
    guard let mapping = mappings.first(where: { $0.contains(address) }), mapping.path == path else { return nil }
    return symbols.name(address &- (biases[path] ?? 0))
  }

  /// Addresses as file+stated address.
  func describe(_ addresses: [UInt64]) -> String {
    addresses.map { address in
      let mapping = mappings.first { $0.contains(address) }
      let name = mapping?.path.split(separator: "/").last.map(String.init) ?? "?"
      return name + "+" + String(address &- (biases[mapping?.path ?? ""] ?? 0), radix: 16)
    }.joined(separator: " ")
  }
}
