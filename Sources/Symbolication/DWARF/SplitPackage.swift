import BinaryReading
import ELF
import Processes

/// A DWARF package, the `.dwp` file beside a program: the split units of many `.dwo` files, found by their numbers.
struct SplitPackage {
  private let index: PackageIndex
  private let sections: SplitSections

  /// The package of `image`; nil when there is none.
  static func find(beside image: ELFImage, rootFolder: String) throws(DebugDamage) -> SplitPackage? {
    var refused: String?
    let place = ForeignFile(image.path + ".dwp", in: .root(rootFolder))
    do throws(BinaryReadingError) {
      let reader = try place.open()
      if let file = try? ELFImage(file: reader), let package = SplitPackage(file) { return package }
      refused = place.fullPath
    } catch {
      if error == .notRegular(path: place.fullPath) { refused = place.fullPath }
    }
    if let refused { throw .splitFileRefused(refused) }
    return nil
  }

  /// Nil when it states more than is read, or its index is damaged.
  init?(_ image: ELFImage) {
    guard (try? image.debugSize()) != nil,
      let index = try? PackageIndex(DebugSection(image, ".debug_cu_index").all())
    else { return nil }
    self.index = index
    sections = SplitSections(image)
    guard sections.problem == nil else { return nil }
  }

  /// The sections of the unit with this number; nil for no such unit.
  func sections(of number: UInt64, work: inout Int) -> SplitSections? {
    index.unit(number, work: &work).map { sections.parts(of: $0) }
  }
}
