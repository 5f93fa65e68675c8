/// How the value of an attribute is written (DWARF 5, section 7.5.6, table 7.6; GNU's of before it was standard).
enum Form: UInt16 {
  /// `DW_FORM_addr`, an address.
  case address = 0x01
  /// `DW_FORM_block2`: a length of two bytes, and as many bytes.
  case block2 = 0x03
  /// `DW_FORM_block4`
  case block4 = 0x04
  /// `DW_FORM_data2`
  case data2 = 0x05
  /// `DW_FORM_data4`
  case data4 = 0x06
  /// `DW_FORM_data8`
  case data8 = 0x07
  /// `DW_FORM_string`, text in place with a zero behind it.
  case string = 0x08
  /// `DW_FORM_block`, whose length is unsigned LEB128.
  case block = 0x09
  /// `DW_FORM_block1`
  case block1 = 0x0A
  /// `DW_FORM_data1`
  case data1 = 0x0B
  /// `DW_FORM_flag`
  case flag = 0x0C
  /// `DW_FORM_sdata`, signed LEB128.
  case signedData = 0x0D
  /// `DW_FORM_strp`, an offset in `.debug_str`.
  case stringOffset = 0x0E
  /// `DW_FORM_udata`, unsigned LEB128.
  case unsignedData = 0x0F
  /// `DW_FORM_ref_addr`, an offset in `.debug_info`.
  case referenceAddress = 0x10
  /// `DW_FORM_ref1`, an offset in the unit, as the next four are.
  case reference1 = 0x11
  /// `DW_FORM_ref2`
  case reference2 = 0x12
  /// `DW_FORM_ref4`
  case reference4 = 0x13
  /// `DW_FORM_ref8`
  case reference8 = 0x14
  /// `DW_FORM_ref_udata`
  case referenceUnsigned = 0x15
  /// `DW_FORM_indirect`: the form precedes the value.
  case indirect = 0x16
  /// `DW_FORM_sec_offset`, an offset in another section.
  case sectionOffset = 0x17
  /// `DW_FORM_exprloc`
  case expression = 0x18
  /// `DW_FORM_flag_present`
  case flagPresent = 0x19
  /// `DW_FORM_strx`, the number of a string.
  case stringIndex = 0x1A
  /// `DW_FORM_addrx`, the number of an address.
  case addressIndex = 0x1B
  /// `DW_FORM_ref_sup4`, an offset in the supplementary file's `.debug_info`.
  case supplementaryReference4 = 0x1C
  /// `DW_FORM_strp_sup`
  case supplementaryString = 0x1D
  /// `DW_FORM_data16`
  case data16 = 0x1E
  /// `DW_FORM_line_strp`, an offset in `.debug_line_str`.
  case lineStringOffset = 0x1F
  /// `DW_FORM_ref_sig8`, the number of a type unit.
  case referenceSignature = 0x20
  /// `DW_FORM_implicit_const`: the value stands in the abbreviation.
  case implicitConstant = 0x21
  /// `DW_FORM_loclistx`
  case locationListIndex = 0x22
  /// `DW_FORM_rnglistx`, the number of a list of ranges.
  case rangeListIndex = 0x23
  /// `DW_FORM_ref_sup8`
  case supplementaryReference8 = 0x24
  /// `DW_FORM_strx1`
  case stringIndex1 = 0x25
  /// `DW_FORM_strx2`
  case stringIndex2 = 0x26
  /// `DW_FORM_strx3`
  case stringIndex3 = 0x27
  /// `DW_FORM_strx4`
  case stringIndex4 = 0x28
  /// `DW_FORM_addrx1`
  case addressIndex1 = 0x29
  /// `DW_FORM_addrx2`
  case addressIndex2 = 0x2A
  /// `DW_FORM_addrx3`
  case addressIndex3 = 0x2B
  /// `DW_FORM_addrx4`
  case addressIndex4 = 0x2C
  /// `DW_FORM_GNU_addr_index`
  case gnuAddressIndex = 0x1F01
  /// `DW_FORM_GNU_str_index`
  case gnuStringIndex = 0x1F02
  /// `DW_FORM_GNU_ref_alt`
  case gnuAlternateReference = 0x1F20
  /// `DW_FORM_GNU_strp_alt`
  case gnuAlternateString = 0x1F21
}

/// Bytes of values by form.
struct FormSizes {
  var address: Int
  var offset: Int
  var version: UInt16

  /// Bytes of a value; -1 where its contents tell, or the form is none.
  func size(of form: Form?) -> Int {
    switch form {
    case .data1, .flag, .reference1, .stringIndex1, .addressIndex1: 1
    case .data2, .reference2, .stringIndex2, .addressIndex2: 2
    case .stringIndex3, .addressIndex3: 3
    case .data4, .reference4, .supplementaryReference4, .stringIndex4, .addressIndex4: 4
    case .data8, .reference8, .referenceSignature, .supplementaryReference8: 8
    case .data16: 16
    case .address: address
    case .stringOffset, .sectionOffset, .lineStringOffset, .supplementaryString, .gnuAlternateReference,
      .gnuAlternateString:
      offset
    // An offset since version 3, an address before.
    case .referenceAddress: version <= 2 ? address : offset
    case .flagPresent, .implicitConstant: 0
    case .block, .block1, .block2, .block4, .expression, .string, .signedData, .unsignedData, .referenceUnsigned,
      .stringIndex, .addressIndex, .locationListIndex, .rangeListIndex, .gnuAddressIndex, .gnuStringIndex, .indirect,
      nil:
      -1
    }
  }
}
