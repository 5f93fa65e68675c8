import BinaryReading
import CLinuxPerf
import Processes
import ProfileModel

/// A record that isn't a sample, taken from its bytes (`enum perf_event_type` in linux/perf_event.h).
enum PerfRecord: Hashable {
  case event(ProcessEvent)
  case lost(UInt64, time: UInt64)
  case throttled(time: UInt64)
  case switched(ThreadSwitch)
  /// Nothing that is needed here: UNTHROTTLE, types yet unknown, mappings that hold no code.
  case ignored

  /// Reads the record of this type and `misc` bits whose bytes, header included, are `bytes`.
  static func parse(
    type: UInt32, misc: UInt16, bytes: RawSpan, layout: SampleLayout = SampleLayout(hasCallChain: false)
  ) throws(BinaryReadingError) -> PerfRecord {
    let trailerSize = layout.trailerSize
    guard bytes.byteCount >= 8 + trailerSize else {
      throw .truncated(offset: 8, count: trailerSize, available: max(0, bytes.byteCount - 8))
    }
    let time: UInt64 = try bytes.load(at: layout.timeOffset(type: type, size: bytes.byteCount))
    // The trailer is no part of the fields, whatever a name's length says.
    let fields = try bytes.slice(at: 0, count: bytes.byteCount - trailerSize)
    switch type {
    case PERF_RECORD_MMAP2.rawValue: return try mapping(fields, misc: misc, time: time)
    case PERF_RECORD_COMM.rawValue:
      return .event(
        .renamed(
          pid: try fields.load(at: 8), tid: try fields.load(at: 12), name: try fields.cString(at: 16),
          isExec: misc & UInt16(PERF_RECORD_MISC_COMM_EXEC) != 0, time: time))
    case PERF_RECORD_FORK.rawValue:
      return .event(
        .forked(
          pid: try fields.load(at: 8), tid: try fields.load(at: 16), parentPID: try fields.load(at: 12),
          parentTID: try fields.load(at: 20), time: time))
    case PERF_RECORD_EXIT.rawValue:
      return .event(.exited(pid: try fields.load(at: 8), tid: try fields.load(at: 16), time: time))
    case PERF_RECORD_LOST.rawValue: return .lost(try fields.load(at: 16), time: time)
    case PERF_RECORD_LOST_SAMPLES.rawValue: return .lost(try fields.load(at: 8), time: time)
    case PERF_RECORD_SWITCH.rawValue, PERF_RECORD_SWITCH_CPU_WIDE.rawValue:
      // Whose it is stands behind the fields only.
      let owner = bytes.byteCount - trailerSize
      return .switched(
        ThreadSwitch(
          pid: try bytes.load(at: owner), tid: try bytes.load(at: owner + 4),
          isIn: misc & UInt16(PERF_RECORD_MISC_SWITCH_OUT) == 0,
          isPreempted: misc & UInt16(PERF_RECORD_MISC_SWITCH_OUT_PREEMPT) != 0, time: time))
    case PERF_RECORD_THROTTLE.rawValue: return .throttled(time: time)
    default: return .ignored
    }
  }

  /// PERF_RECORD_MMAP2: pid, tid, address, length, page offset, then device and inode or a build ID, protection, path.
  private static func mapping(_ fields: RawSpan, misc: UInt16, time: UInt64) throws(BinaryReadingError) -> PerfRecord {
    let start: UInt64 = try fields.load(at: 16)
    let length: UInt64 = try fields.load(at: 24)
    let (end, overflows) = start.addingReportingOverflow(length)
    let protection: UInt32 = try fields.load(at: 64)
    guard !overflows, length > 0, protection & 4 != 0 else { return .ignored }  // PROT_EXEC
    var mapping = Mapping(
      start: start, end: end, fileOffset: try fields.load(at: 32), path: try fields.cString(at: 72))
    if misc & UInt16(PERF_RECORD_MISC_MMAP_BUILD_ID) != 0 {
      let size: UInt8 = try fields.load(at: 40)
      var buildID: [UInt8] = []
      for position in 0..<min(20, Int(size)) { buildID.append(try fields.load(at: 44 + position)) }
      mapping.buildID = BuildID(buildID)
    } else {
      mapping.device = .init(major: try fields.load(at: 40), minor: try fields.load(at: 44))
      mapping.inode = try fields.load(at: 48)
    }
    // What maps files call nothing, records call `//anon`.
    if mapping.path == "//anon" { mapping.path = "" }
    return .event(.mapped(pid: try fields.load(at: 8), mapping, time: time))
  }
}
