import ELF
import ProfileModel
import Symbolication
import UnwindTables

/// Everything that an image tells.
func feedELF(_ bytes: [UInt8]) {
  guard let image = try? ELFImage(bytes: bytes, path: "fuzz") else { return }
  for section in image.sections.prefix(256) { _ = try? image.contents(of: section, limit: 16 << 20) }
  for segment in image.segments.prefix(64) {
    _ = try? image.read(address: segment.virtualAddress, count: 64)
    _ = image.statedAddress(fileOffset: segment.offset)
  }
  _ = (image.buildID, image.debugLink, image.altLink, image.architecture)
}

/// The input's first byte says how the rest is cut into `.eh_frame_hdr`, `.eh_frame` and `.debug_frame`.
func feedUnwindTable(_ bytes: [UInt8]) {
  guard let first = bytes.first else { return }
  let rest = Array(bytes.dropFirst())
  var sections = UnwindTable.Sections()
  sections.ehFrameAddress = 0x2000
  sections.ehFrameHeaderAddress = 0x1000
  sections.textAddress = 0x4000
  sections.dataAddress = 0x8000
  let cut = rest.count * Int(first & 15) / 16
  if first & 0x10 != 0 { sections.ehFrameHeader = Array(rest[..<cut]) }
  if first & 0x20 != 0 { sections.debugFrame = rest } else { sections.ehFrame = Array(rest[cut...]) }
  var table = UnwindTable(architecture: first & 0x40 != 0 ? .aarch64 : .x86_64, sections: sections)
  for address in stride(from: UInt64(0), to: 0x10000, by: 0x3f) {
    _ = table.rule(at: address)
    _ = table.functionRange(containing: address)
  }
  for address: UInt64 in [.max, .max - 1, 1 << 63, 1 << 32] { _ = table.rule(at: address) }
}

/// Symbol tables and DWARF of an image, for addresses all over it.
func feedSymbolicator(_ bytes: [UInt8]) {
  guard let image = try? ELFImage(bytes: bytes, path: "/nonexistent/fuzz") else { return }
  var options = Symbolicator.Options()
  options.usesDebuginfod = false
  options.debugFolders = []
  let addresses = Array(stride(from: UInt64(0), to: 0x8000, by: 0x35))
  _ = Symbolicator(options: options).symbolize(
    image: image, addresses: addresses, path: "/nonexistent/fuzz", functionRange: { _ in nil })
}
