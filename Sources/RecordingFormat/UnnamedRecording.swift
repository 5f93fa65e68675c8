/// A recording that was cut before its names were written, as far as naming it needs.
package struct UnnamedRecording: Sendable {
  /// What was recorded, but for samples.
  package let tables: RecordingTables
  /// The files' modules that have frames and no names, by index.
  package let modules: [UInt32]
  /// Further ones, for which names were looked for in vain.
  package let givenUp: [UInt32]
  /// Bytes that can be read, behind which names may be written.
  package let length: UInt64
}
