import BinaryReading

/// What a column of a line program's tables of files and folders holds (DWARF 5, section 7.22, table 7.27).
private enum LineContent: UInt16 {
  /// `DW_LNCT_path`
  case path = 1
  /// `DW_LNCT_directory_index`
  case folderIndex = 2
}

/// The files that a line program numbers (DWARF 5, section 6.2.4; 4, section 6.2.4).
struct LineFiles {
  private var folders: [Text] = []
  private var files: [(name: Text, folder: Int)] = []
  /// The folder of the compilation, which relative paths count from.
  private let folder: String
  /// What the first file is numbered.
  private let firstNumber: Int

  /// A text at hand, or where it lies.
  private enum Text {
    case here(String)
    case there(StringPlace)
  }

  /// Files and folders of one program that are still read.
  private static let limit = 1 << 20

  /// Reads the tables at the cursor, which end the header of a program.
  init(_ cursor: inout ByteCursor, version: UInt16, is64: Bool, folder: String) throws(BinaryReadingError) {
    self.folder = folder
    firstNumber = version >= 5 ? 0 : 1
    if version >= 5 {
      for entry in try Self.entries(&cursor, is64) { folders.append(entry.name) }
      files = try Self.entries(&cursor, is64)
      return
    }
    folders = [.here("")]
    while folders.count < Self.limit {
      let text = try cursor.readCString()
      if text.isEmpty { break }
      folders.append(.here(text))
    }
    while files.count < Self.limit {
      let text = try cursor.readCString()
      if text.isEmpty { break }
      let folder = Int(clamping: try cursor.readULEB128())
      _ = try cursor.readULEB128()
      _ = try cursor.readULEB128()
      files.append((.here(text), folder))
    }
  }

  /// The entries of one of version 5's tables, whose columns a list of contents and forms describes.
  private static func entries(_ cursor: inout ByteCursor, _ is64: Bool) throws(BinaryReadingError)
    -> [(name: Text, folder: Int)]
  {
    var columns: [(content: LineContent?, form: Form?)] = []
    for _ in 0..<(try cursor.read(UInt8.self)) {
      let content = UInt16(exactly: try cursor.readULEB128()).flatMap(LineContent.init)
      columns.append((content, UInt16(exactly: try cursor.readULEB128()).flatMap(Form.init)))
    }
    let count = try cursor.readULEB128()
    var entries: [(name: Text, folder: Int)] = []
    guard !columns.isEmpty, count < limit else { return [] }
    for _ in 0..<count {
      var (name, folder) = (Text.here(""), 0)
      for column in columns {
        switch column.form {
        case .string:
          let text = try cursor.readCString()
          if column.content == .path { name = .here(text) }
        case .stringOffset, .lineStringOffset:
          let offset = is64 ? try cursor.read() : UInt64(try cursor.read(UInt32.self))
          let table: StringPlace.Table = column.form == .stringOffset ? .strings : .lineStrings
          if column.content == .path { name = .there(StringPlace(table: table, offset: Int(clamping: offset))) }
        default:
          let value = try number(&cursor, column.form)
          if column.content == .folderIndex { folder = Int(clamping: value) }
        }
      }
      entries.append((name, folder))
    }
    return entries
  }

  private static func number(_ cursor: inout ByteCursor, _ form: Form?) throws(BinaryReadingError) -> UInt64 {
    switch form {
    case .data1: return UInt64(try cursor.read(UInt8.self))
    case .data2: return UInt64(try cursor.read(UInt16.self))
    case .data4: return UInt64(try cursor.read(UInt32.self))
    case .data8: return try cursor.read()
    case .unsignedData: return try cursor.readULEB128()
    case .data16: try cursor.skip(16)
    case .block: try cursor.skip(Int(clamping: try cursor.readULEB128()))
    default: throw .overlongNumber(offset: cursor.offset)  // no such form here
    }
    return 0
  }

  /// The path of a file, made absolute where the compilation's folder is known; nil for no such file.
  func path(_ number: UInt32, _ sections: DebugSections) -> String? {
    let index = Int(number) - firstNumber
    guard index >= 0, index < files.count else { return nil }
    let name = text(files[index].name, sections)
    // What swiftc made without a source has this for a file.
    guard !name.isEmpty, name != "<compiler-generated>" else { return nil }
    let entry = files[index].folder
    let parent = entry < folders.count ? text(folders[entry], sections) : ""
    let path = name.hasPrefix("/") || parent.isEmpty ? name : parent + "/" + name
    return SourcePath.resolved(path, folder: folder)
  }

  private func text(_ text: Text, _ sections: DebugSections) -> String {
    switch text {
    case .here(let text): text
    case .there(let place): NamePlaces.text(place, sections) ?? ""
    }
  }
}
