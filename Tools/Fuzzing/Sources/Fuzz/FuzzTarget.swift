/// A reader of untrusted bytes.
enum FuzzTarget: String, CaseIterable {
  case elf
  case unwind
  case symbols
  case dwarf
  case split
  case demangle
  case perfrecords
  case maps
  case kallsyms
  case jitdump
  case perfmap
  case recording
  case folded
  case perfscript
  case pprof

  /// Reads `bytes` as this target would; errors are as good as results.
  func feed(_ bytes: [UInt8]) {
    switch self {
    case .elf: feedELF(bytes)
    case .unwind: feedUnwindTable(bytes)
    case .symbols: feedSymbolicator(bytes)
    case .dwarf: feedDebugInformation(bytes)
    case .split: feedSplitUnits(bytes)
    case .demangle: feedDemangler(bytes)
    case .perfrecords: feedPerfRecords(bytes)
    case .maps: feedMaps(bytes)
    case .kallsyms: feedKernelSymbols(bytes)
    case .jitdump: feedJITDump(bytes)
    case .perfmap: feedPerfMap(bytes)
    case .recording: feedRecording(bytes)
    case .folded: feedFolded(bytes)
    case .perfscript: feedPerfScript(bytes)
    case .pprof: feedPprof(bytes)
    }
  }
}
