import BinaryReading

/// The tables of a pprof file (<https://github.com/google/pprof/blob/main/proto/profile.proto>), which refer to each
/// other by number and come in any order: places in the file's bytes, read when they are needed.
struct PprofTables {
  struct ValueType {
    var type: Int64 = 0
    var unit: Int64 = 0
  }
  struct Mapping {
    var id: UInt64 = 0
    var memoryStart: UInt64 = 0
    var fileOffset: UInt64 = 0
    var filename: Int64 = 0
    var buildID: Int64 = 0
  }
  struct Function {
    var name: Int64 = 0
    var systemName: Int64 = 0
    var filename: Int64 = 0
  }
  struct Location {
    var mapping: UInt64 = 0
    var address: UInt64 = 0
    var lines: [Range<Int>] = []
  }

  private(set) var sampleTypes: [ValueType] = []
  private(set) var periodType = ValueType()
  private(set) var period: Int64 = 0
  private(set) var timeNanos: Int64 = 0
  private(set) var durationNanos: Int64 = 0
  private(set) var defaultSampleType: Int64 = 0
  private(set) var dropFrames: Int64 = 0
  private(set) var keepFrames: Int64 = 0
  private(set) var comments: [UInt64] = []
  private(set) var mappings: [Mapping] = []
  private(set) var samples: [Range<Int>] = []
  private(set) var functionOfID: [UInt64: Int] = [:]
  private(set) var functions: [Function] = []
  private(set) var locationOfID: [UInt64: Int] = [:]
  private(set) var locations: [Range<Int>] = []
  /// Where each string starts, and how long it is.
  private var strings: [(start: UInt32, length: UInt32)] = []

  /// The number of strings.
  var stringCount: Int { strings.count }

  private static let stringLimit = 8_000_000
  private static let typeLimit = 1_000

  /// Finds all tables of `bytes`.
  init(_ bytes: RawSpan) throws(ProfileFormatError) {
    guard bytes.byteCount < Int(UInt32.max) else { throw .decompressedTooLarge(limit: Int(UInt32.max)) }
    var reader = WireReader(bytes, 0..<bytes.byteCount)
    while let (field, value) = try reader.next() {
      switch field {
      case 1:
        sampleTypes.append(try Self.valueType(bytes, value))
        try Self.check(sampleTypes.count, "sample types", Self.typeLimit)
      case 2:
        samples.append(try value.range())
        try Self.check(samples.count, "samples", InputBudget.samples)
      case 3:
        mappings.append(try Self.mapping(bytes, value))
        try Self.check(mappings.count, "mappings", InputBudget.names)
      case 4: try addLocation(bytes, value)
      case 5: try addFunction(bytes, value)
      case 6:
        let range = try value.range()
        strings.append((UInt32(range.lowerBound), UInt32(range.count)))
        try Self.check(strings.count, "strings", Self.stringLimit)
      case 7: dropFrames = value.signed
      case 8: keepFrames = value.signed
      case 9: timeNanos = value.signed
      case 10: durationNanos = value.signed
      case 11: periodType = try Self.valueType(bytes, value)
      case 12: period = value.signed
      case 13: try bytes.numbers(value, into: &comments, limit: 10_000)
      case 14: defaultSampleType = value.signed
      default: continue
      }
    }
  }

  /// String number `index`, its invalid UTF-8 repaired.
  func string(_ index: Int64, in bytes: RawSpan) throws(ProfileFormatError) -> String {
    guard let row = Int(exactly: index), strings.indices.contains(row) else {
      // An unused field refers to string 0, which a file without strings lacks.
      if index == 0 { return "" }
      throw .badReference(table: "string_table", value: index)
    }
    let (start, length) = strings[row]
    return bytes.extracting(Int(start)..<Int(start) + Int(length)).text()
  }

  private static func check(_ count: Int, _ what: String, _ limit: Int) throws(ProfileFormatError) {
    if count > limit { throw .limitExceeded(what: what, limit: limit) }
  }

  private static func valueType(_ bytes: RawSpan, _ value: WireReader.Value) throws(ProfileFormatError) -> ValueType {
    var reader = WireReader(bytes, try value.range())
    var result = ValueType()
    while let (field, value) = try reader.next() {
      if field == 1 { result.type = value.signed }
      if field == 2 { result.unit = value.signed }
    }
    return result
  }

  private static func mapping(_ bytes: RawSpan, _ value: WireReader.Value) throws(ProfileFormatError) -> Mapping {
    var reader = WireReader(bytes, try value.range())
    var result = Mapping()
    while let (field, value) = try reader.next() {
      switch field {
      case 1: result.id = value.number
      case 2: result.memoryStart = value.number
      case 4: result.fileOffset = value.number
      case 5: result.filename = value.signed
      case 6: result.buildID = value.signed
      default: continue
      }
    }
    return result
  }

  private mutating func addFunction(_ bytes: RawSpan, _ value: WireReader.Value) throws(ProfileFormatError) {
    var reader = WireReader(bytes, try value.range())
    var row = Function()
    var id: UInt64 = 0
    while let (field, value) = try reader.next() {
      switch field {
      case 1: id = value.number
      case 2: row.name = value.signed
      case 3: row.systemName = value.signed
      case 4: row.filename = value.signed
      default: continue
      }
    }
    functionOfID[id] = functions.count
    functions.append(row)
    try Self.check(functions.count, "functions", InputBudget.names)
  }

  private mutating func addLocation(_ bytes: RawSpan, _ value: WireReader.Value) throws(ProfileFormatError) {
    let range = try value.range()
    var reader = WireReader(bytes, range)
    var id: UInt64 = 0
    while let (field, value) = try reader.next() {
      if field == 1 { id = value.number }
    }
    locationOfID[id] = locations.count
    locations.append(range)
    try Self.check(locations.count, "locations", InputBudget.names)
  }

  /// Location number `row`.
  func location(_ row: Int, in bytes: RawSpan) throws(ProfileFormatError) -> Location {
    var reader = WireReader(bytes, locations[row])
    var result = Location()
    while let (field, value) = try reader.next() {
      switch field {
      case 2: result.mapping = value.number
      case 3: result.address = value.number
      case 4: result.lines.append(try value.range())
      default: continue
      }
    }
    return result
  }
}
