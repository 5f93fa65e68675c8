import BinaryReading
import ELF
import Glibc
import Processes

/// Finds the other halves of split units: in the package beside the program, or in `.dwo` files of their own
/// (DWARF 5, section 7.3.2; for DWARF 4 the GNU project's "DebugFission").
///
/// Each file is opened once, and what was opened is what is checked and read. A half is believed when it has the
/// number that its skeleton has.
struct SplitUnits {
  /// A unit with its functions, and what it is read by.
  struct Half {
    let unit: DebugUnit
    let sections: DebugSections
    /// All units of the file, or of the unit's part of a package.
    let headers: [UnitHeader]
  }

  private let image: ELFImage
  private let rootFolder: String
  private let program: DebugSections
  /// Nil until it was searched for.
  private var searched: Result<SplitPackage?, DebugDamage>?
  /// The file that was opened last, nil when it was refused: several units may lie in one.
  private var last: (path: String, file: SplitFile?)?
  /// Numbers of units whose bytes were added to what may be read.
  private var added: Set<UInt64> = []

  /// The sections of a file, with the units in it.
  private struct SplitFile {
    let sections: SplitSections
    let headers: [UnitHeader]

    init(_ sections: SplitSections) {
      self.sections = sections
      headers = UnitHeader.all(in: sections.info)
    }
  }

  /// Bytes of a unit read to see which one it is.
  private static let head = 1 << 9
  /// What looking at a header costs, in steps.
  private static let headerCost = 16

  init(_ image: ELFImage, rootFolder: String, program: DebugSections) {
    (self.image, self.rootFolder, self.program) = (image, rootFolder, program)
  }

  /// The other half of `skeleton`.
  ///
  /// - Parameter work: steps that may still be taken; the first time that a unit is found, its bytes are added.
  mutating func half(of skeleton: DebugUnit, work: inout Int) throws(DebugDamage) -> Half {
    var refused: DebugDamage?
    do throws(DebugDamage) {
      if let number = skeleton.splitID, let sections = try package()?.sections(of: number, work: &work) {
        let file = SplitFile(sections)
        if let half = half(of: skeleton, in: file, work: &work) { return half }
        refused = .splitFileRefused(image.path + ".dwp")
      }
    } catch { refused = error }
    let name = skeleton.splitName.flatMap { NamePlaces.text($0, program) } ?? ""
    let folder = skeleton.folder.flatMap { NamePlaces.text($0, program) } ?? ""
    for place in paths(name: name, folder: folder) where !name.isEmpty {
      let path = place.fullPath
      work -= Self.headerCost
      if last?.path != path {
        do throws(BinaryReadingError) {
          last = (path, Self.open(try place.open(), work: &work))
        } catch {
          guard case .notRegular = error else { continue }
          last = (path, nil)
        }
      }
      if let file = last?.file, let half = half(of: skeleton, in: file, work: &work) { return half }
      refused = refused ?? .splitFileRefused(path)
    }
    throw refused ?? .splitFileMissing(name)
  }

  private mutating func package() throws(DebugDamage) -> SplitPackage? {
    if let searched { return try searched.get() }
    do throws(DebugDamage) {
      let found = try SplitPackage.find(beside: image, rootFolder: rootFolder)
      searched = .success(found)
      return found
    } catch {
      searched = .failure(error)
      throw error
    }
  }

  /// Nil for what is no regular file, or states more than is read.
  private static func open(_ reader: consuming FileReader, work: inout Int) -> SplitFile? {
    guard let image = try? ELFImage(file: reader) else { return nil }
    work -= image.sections.count
    guard (try? image.debugSize()) != nil else { return nil }
    let sections = SplitSections(image)
    return sections.problem == nil ? SplitFile(sections) : nil
  }

  private mutating func half(of skeleton: DebugUnit, in file: SplitFile, work: inout Int) -> Half? {
    guard let number = skeleton.splitID else { return nil }
    let sections = DebugSections(split: file.sections, program: program)
    // Parts of damaged packages may overlap, so that many units have a large one each.
    let count = sections.abbreviations.count + sections.stringOffsets.count
    work -= (sections.hasOwnRangeLists ? count + sections.rangeLists.count : count) >> 4
    let abbreviations = sections.abbreviations.all()
    for header in file.headers where work > 0 {
      work -= Self.headerCost
      guard header.kind == .split || header.kind == .compilation, header.splitID ?? number == number else { continue }
      let table = AbbreviationTable(abbreviations, for: header)
      let size = header.end - header.start
      for length in size > Self.head ? [Self.head, size] : [size] {
        guard
          let head = DebugUnit(
            header, bytes: sections.info.bytes(at: header.start, length), table: table, sections: sections,
            skeleton: skeleton)
        else { continue }
        guard head.splitID == number else { break }
        if added.insert(number).inserted { work += min(size, 1 << 32) * 4 }
        let whole =
          length == size
          ? head
          : DebugUnit(
            header, bytes: sections.info.bytes(at: header.start, size), table: table, sections: sections,
            skeleton: skeleton)
        return whole.map { Half(unit: $0, sections: sections, headers: file.headers) }
      }
      work -= table.takeCost()
    }
    return nil
  }

  /// Where a `.dwo` file may lie: beside the image, then in the folder of compilation; as the process sees them.
  private func paths(name: String, folder: String) -> [ForeignFile] {
    var paths: [ForeignFile] = []
    func add(_ path: String) {
      let place = ForeignFile(path, in: .root(rootFolder))
      if !paths.contains(place) { paths.append(place) }
    }
    if name.hasPrefix("/") {
      add(name)
      return paths
    }
    // Where the file lies by now, unless that is a place in others' file systems.
    let beside = rootFolder.isEmpty ? [imageFolder, image.path.lastFolder] : [image.path.lastFolder]
    for folder in beside { add(folder + name) }
    if folder.hasPrefix("/") {
      add(folder + "/" + name)
    } else if !folder.isEmpty {
      for place in beside { add(place + folder + "/" + name) }
    }
    return paths
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
