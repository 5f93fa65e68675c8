import Processes
import ProfileModel
import Searching

/// Where the memory ends that a stack can lie in: what is read of a stack must not run on into other memory behind it.
struct StackRegions {
  private let ends: [(start: UInt64, end: UInt64)]

  /// The mappings of a process as they are now; none where they can't be read.
  init(pid: Int32) {
    ends = ((try? ProcessMaps.read(pid: pid)) ?? []).map { ($0.start, $0.end) }
  }

  /// How many bytes from an address on may be a stack's; a few pages where nothing is known of it.
  func bytes(from address: UInt64) -> Int {
    guard let index = ends.index(holding: address, { ($0.start, $0.end) }) else { return 64 << 10 }
    return Int(clamping: ends[index].end - address)
  }
}
