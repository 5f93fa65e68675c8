/// What an attribute tells, of what is looked at here (DWARF 5, section 7.5.4, table 7.5; GNU's of before it was
/// standard, "DebugFission").
enum AttributeName: UInt16 {
  /// `DW_AT_sibling`
  case sibling = 0x01
  /// `DW_AT_name`
  case name = 0x03
  /// `DW_AT_stmt_list`: where the unit's line program begins.
  case lineProgram = 0x10
  /// `DW_AT_low_pc`
  case lowPC = 0x11
  /// `DW_AT_high_pc`
  case highPC = 0x12
  /// `DW_AT_comp_dir`
  case compilationFolder = 0x1B
  /// `DW_AT_abstract_origin`
  case abstractOrigin = 0x31
  /// `DW_AT_decl_file`
  case declarationFile = 0x3A
  /// `DW_AT_decl_line`
  case declarationLine = 0x3B
  /// `DW_AT_specification`
  case specification = 0x47
  /// `DW_AT_ranges`
  case ranges = 0x55
  /// `DW_AT_call_file`
  case callFile = 0x58
  /// `DW_AT_call_line`
  case callLine = 0x59
  /// `DW_AT_linkage_name`
  case linkageName = 0x6E
  /// `DW_AT_str_offsets_base`
  case stringOffsetsBase = 0x72
  /// `DW_AT_addr_base`
  case addressBase = 0x73
  /// `DW_AT_rnglists_base`
  case rangeListsBase = 0x74
  /// `DW_AT_dwo_name`: the file of the unit's other half.
  case splitName = 0x76
  /// `DW_AT_MIPS_linkage_name`
  case mipsLinkageName = 0x2007
  /// `DW_AT_GNU_dwo_name`
  case gnuSplitName = 0x2130
  /// `DW_AT_GNU_dwo_id`: the number that both halves of a unit have in common.
  case gnuSplitID = 0x2131
  /// `DW_AT_GNU_ranges_base`
  case gnuRangesBase = 0x2132
  /// `DW_AT_GNU_addr_base`
  case gnuAddressBase = 0x2133
}
