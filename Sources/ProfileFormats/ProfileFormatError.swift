import ProfileModel

/// Why bytes are no profile of the format that they were read as.
public enum ProfileFormatError: Error, Hashable, Sendable {
  /// No line, or nothing at all, that could be a sample. `line` is the first that can't, where there is one.
  case noSamples(format: String, badLine: Int?)
  /// More lines are bad than good; `line` is the first bad one.
  case mostlyBadLines(format: String, line: Int, bad: Int, good: Int)
  /// At this offset stands no JSON.
  case badJSON(offset: Int)
  /// JSON lacks this member, or it is of another kind.
  case missingMember(String)
  /// The counts up to this line do not fit 63 bits together.
  case countTooLarge(line: Int)
  /// The compressed data is damaged at this offset of the compressed bytes.
  case badCompression(offset: Int)
  /// The data would be larger than `limit` bytes once decompressed.
  case decompressedTooLarge(limit: Int)
  /// There are more of these than any real profile has.
  case limitExceeded(what: String, limit: Int)
  /// There is more in it than any reader takes.
  case tooLarge(ReadingBudget.Exceeded)
  /// The bytes are no protocol buffer of the pprof schema.
  case badProtobuf
  /// A table refers to a row that it or another table doesn't have.
  case badReference(table: String, value: Int64)
  /// Values below zero, as in the difference of two profiles.
  case negativeValues
  /// Together the values do not fit 63 bits.
  case valueTooLarge
}
