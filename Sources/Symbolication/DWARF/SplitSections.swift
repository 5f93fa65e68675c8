import ELF

/// The sections of a `.dwo` file, of a package, or of one unit in a package (DWARF 5, section 7.3.2).
struct SplitSections {
  var info: DebugSection
  var abbreviations: DebugSection
  var strings: DebugSection
  var stringOffsets: DebugSection
  var rangeLists: DebugSection

  /// Those of a whole file.
  init(_ image: ELFImage) {
    info = DebugSection(image, ".debug_info.dwo")
    abbreviations = DebugSection(image, ".debug_abbrev.dwo")
    strings = DebugSection(image, ".debug_str.dwo")
    stringOffsets = DebugSection(image, ".debug_str_offsets.dwo")
    rangeLists = DebugSection(image, ".debug_rnglists.dwo")
  }

  /// A unit's parts of a package's sections; the strings are everybody's.
  func parts(of unit: PackageIndex.Unit) -> SplitSections {
    var parts = self
    parts.info = DebugSection(part: unit.info, of: info)
    parts.abbreviations = DebugSection(part: unit.abbreviations, of: abbreviations)
    parts.stringOffsets = DebugSection(part: unit.stringOffsets, of: stringOffsets)
    parts.rangeLists = DebugSection(part: unit.rangeLists, of: rangeLists)
    return parts
  }

  /// Why one of them could not be decompressed.
  var problem: ELFError? {
    for section in [info, abbreviations, strings, stringOffsets, rangeLists] {
      if let problem = section.problem { return problem }
    }
    return nil
  }
}
