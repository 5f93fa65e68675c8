import BinaryReading
import Processes
import ProfileModel
import Unwinding

/// The names of Swift tasks that have one, each read once.
///
/// A task's name never changes, so that it may be read later than the sample: as long as the task that lies there is the
/// same before and after, by its number, the name is its own.
struct TaskNames {
  private struct Key: Hashable {
    var pid: Int32
    var address: UInt64
    var flags: UInt64
  }

  private var known: [Key: String?] = [:]
  /// All different ones.
  private var names: Set<String> = []

  /// `JobFlags::Task_HasInitialTaskName` (`swift/ABI/MetadataValues.h`), and where a job has its flags.
  private static let isNamed: UInt64 = 1 << 30
  private static let flagsOffset: UInt64 = 32
  /// The kind of a status record that has the name (`TaskStatusRecordKind::TaskName`).
  private static let nameKind: UInt64 = 6
  /// Records of a task, and bytes of a name, that are looked at.
  private static let (recordLimit, lengthLimit): (Int, UInt64) = (32, 128)
  private static let limit = 1 << 16
  /// Different names that are shown; programs that give each task one of its own would have as many roots.
  private static let nameLimit = 4_096

  /// The name of a task that a sample was taken in; nil for none.
  mutating func name(
    ofTask address: UInt64, flags: UInt64, of process: TargetProcess, memory: @autoclosure () -> any ReadableMemory
  ) -> String? {
    guard flags & Self.isNamed != 0, let runtime = process.space.concurrency else { return nil }
    let key = Key(pid: process.pid, address: address, flags: flags)
    if let name = known[key] { return name }
    if known.count >= Self.limit { known.removeAll() }
    let name = Self.read(address, flags, recordAt: address &+ runtime.slot.allocatorOffset &- 8, memory())
    if let name, names.count < Self.nameLimit || names.contains(name) {
      names.insert(name)
      known[key] = name
      return name
    }
    known[key] = .some(nil)
    return nil
  }

  private static func read(
    _ task: UInt64, _ flags: UInt64, recordAt place: UInt64, _ memory: any ReadableMemory
  ) -> String? {
    func word(_ address: UInt64) -> UInt64? {
      guard let bytes = memory.bytes(at: address, count: 8) else { return nil }
      return try? bytes.rawSpan.load(at: 0)
    }
    var record = word(place) ?? 0
    for _ in 0..<recordLimit where record != 0 {
      guard let kind = word(record), let next = word(record &+ 8) else { return nil }
      guard kind & 0xFF == nameKind else {
        record = next
        continue
      }
      guard let start = word(record &+ 16), let bytes = text(at: start, memory),
        word(task &+ flagsOffset) == flags
      else { return nil }
      return String(decoding: bytes, as: UTF8.self)
    }
    return nil
  }

  /// The bytes before the next zero; not past a page's end that can't be read.
  private static func text(at address: UInt64, _ memory: any ReadableMemory) -> [UInt8]? {
    let count = min(lengthLimit, 4_096 - address % 4_096)
    guard let bytes = memory.bytes(at: address, count: count) else { return nil }
    let text = bytes.prefix { $0 != 0 }
    return text.isEmpty ? nil : Array(text)
  }
}
