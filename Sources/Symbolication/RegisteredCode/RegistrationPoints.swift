import ELF
import ProfileModel

/// Where in an image a program leaves what it tells others of code that it makes: stated addresses.
package struct RegistrationPoints: Hashable, Sendable {
  /// Of the list for gdb (`JITDebugList`).
  package private(set) var descriptor: UInt64?
  /// Words among which are the heads of libgcc's lists (`RegisteredFrameLists`).
  package private(set) var heads: [Range<UInt64>] = []

  /// Whether there is no such place.
  package var isEmpty: Bool { descriptor == nil && heads.isEmpty }

  /// Searches the symbols of an image.
  ///
  /// - Complexity: reads all symbols once; to be asked once for an image, and of programs with run-time code only.
  package init(_ image: ELFImage) {
    guard image.addressSize == .wide else { return }
    let wanted = [JITDebugList.symbol, RegisteredFrameLists.function] + RegisteredFrameLists.heads
    let found = SymbolSearch.find(wanted, in: image).mapValues(\.address)
    descriptor = found[JITDebugList.symbol]
    heads = RegisteredFrameLists.heads.compactMap { found[$0] }.compactMap { address in
      address < .max - 8 ? address..<address + 8 : nil
    }
    if heads.isEmpty, found[RegisteredFrameLists.function] != nil { heads = Self.zeroedMemory(image) }
  }

  /// `.bss`, if it is small.
  private static func zeroedMemory(_ image: ELFImage) -> [Range<UInt64>] {
    image.segments.compactMap { segment in
      guard segment.type == .load, segment.memorySize > segment.fileSize else { return nil }
      let start = (segment.virtualAddress &+ segment.fileSize &+ 7) & ~7
      let end = segment.virtualAddress &+ segment.memorySize
      return start < end && end - start <= RegisteredFrameLists.areaLimit ? start..<end : nil
    }
  }
}
