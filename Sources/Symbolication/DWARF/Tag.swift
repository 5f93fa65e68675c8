/// What an entry stands for, of what is looked at here (DWARF 5, section 7.5.3, table 7.3).
enum Tag: UInt16 {
  /// `DW_TAG_class_type`
  case classType = 0x02
  /// `DW_TAG_enumeration_type`
  case enumerationType = 0x04
  /// `DW_TAG_lexical_block`
  case lexicalBlock = 0x0B
  /// `DW_TAG_compile_unit`
  case compileUnit = 0x11
  /// `DW_TAG_structure_type`
  case structureType = 0x13
  /// `DW_TAG_union_type`
  case unionType = 0x17
  /// `DW_TAG_common_block`
  case commonBlock = 0x1A
  /// `DW_TAG_inlined_subroutine`
  case inlinedSubroutine = 0x1D
  /// `DW_TAG_module`
  case module = 0x1E
  /// `DW_TAG_with_stmt`
  case withStatement = 0x22
  /// `DW_TAG_catch_block`
  case catchBlock = 0x25
  /// `DW_TAG_subprogram`
  case subprogram = 0x2E
  /// `DW_TAG_try_block`
  case tryBlock = 0x32
  /// `DW_TAG_interface_type`
  case interfaceType = 0x38
  /// `DW_TAG_namespace`
  case namespace = 0x39
  /// `DW_TAG_skeleton_unit`
  case skeletonUnit = 0x4A

  /// Whether functions and inlined calls may stand below such an entry, beside functions themselves.
  var holdsFunctions: Bool {
    switch self {
    case .lexicalBlock, .tryBlock, .catchBlock, .withStatement, .commonBlock, .namespace, .module, .classType,
      .structureType, .unionType, .enumerationType, .interfaceType:
      true
    case .compileUnit, .skeletonUnit, .subprogram, .inlinedSubroutine: false
    }
  }
}
