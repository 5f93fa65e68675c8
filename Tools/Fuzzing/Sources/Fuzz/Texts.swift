import Demangling
import ProfileFormats
import RecordingFormat

/// Names, one on a line.
func feedDemangler(_ bytes: [UInt8]) {
  for line in bytes.split(separator: 10) { _ = Demangler().demangle(String(decoding: line, as: UTF8.self)) }
}

/// A recording.
func feedRecording(_ bytes: [UInt8]) { _ = try? RecordingReader.read(bytes, path: "fuzz") }

/// Folded stacks.
func feedFolded(_ bytes: [UInt8]) { _ = try? FoldedReader.read(bytes.rawSpan) }

/// Text of `perf script`.
func feedPerfScript(_ bytes: [UInt8]) { _ = try? PerfScriptReader.read(bytes.rawSpan) }

/// A pprof file.
func feedPprof(_ bytes: [UInt8]) { _ = try? Pprof.read(bytes, limit: 64 << 20) }
