import BinaryReading
import Glibc
import Processes
import Synchronization

/// Keeps the descriptors of images below what the process may have: a program may map more files than that.
///
/// Half of the descriptors are the images'; the others are for rings, maps and outputs. Past that, the ones that were read
/// longest ago are closed, a quarter at a time, so that not each opening looks for one.
final class OpenImages: Sendable {
  /// A process's descriptors are one account.
  static let shared = OpenImages()

  /// ESTALE: the file behind a path is another by now.
  static let staleFile = ESTALE

  private struct Reference {
    weak var file: SharedFile?
  }

  private struct State {
    var open: [ObjectIdentifier: Reference] = [:]
    var limit = 0
  }

  private let state = Mutex(State())
  private let clock = Atomic<UInt64>(0)
  /// The limit instead of the process's, for tests.
  private let fixedLimit: Int?

  init(limit: Int? = nil) { fixedLimit = limit }

  /// The next number of a count of uses.
  func tick() -> UInt64 { clock.wrappingAdd(1, ordering: .relaxed).newValue }

  /// Files that are open.
  var count: Int { state.withLock { $0.open.count } }

  /// Takes a file into account that was opened, and closes others where there are too many.
  func opened(_ file: SharedFile) {
    let isOver = state.withLock { state in
      state.open[ObjectIdentifier(file)] = Reference(file: file)
      if state.open.count > state.limit { state.limit = fixedLimit ?? max(8, KernelLimits.raiseDescriptorLimit() / 2) }
      return state.open.count > state.limit
    }
    if isOver { closeSome(but: file) }
  }

  /// A file is gone, and its descriptor with it.
  func closed(_ file: ObjectIdentifier) {
    state.withLock { _ = $0.open.removeValue(forKey: file) }
  }

  /// Whether a file may be opened that can't be closed again before its end.
  var hasRoom: Bool {
    state.withLock { state in
      if state.limit == 0 { state.limit = fixedLimit ?? max(8, KernelLimits.raiseDescriptorLimit() / 2) }
      return state.open.count < state.limit / 4
    }
  }

  /// Opens a place; where no descriptor is left, images are closed for it.
  func open(_ place: ForeignFile) throws(BinaryReadingError) -> FileReader {
    do throws(BinaryReadingError) { return try place.open() } catch {
      guard case .io(_, EMFILE) = error, closeSome(but: nil) > 0 else { throw error }
    }
    return try place.open()
  }

  /// Closes a quarter of the open files, those that were read longest ago; returns how many.
  @discardableResult
  private func closeSome(but kept: SharedFile?) -> Int {
    // Out of the lock: the last reference to a file may go here, which asks for the lock.
    let files = state.withLock { $0.open.values.compactMap(\.file) }
    var wanted = max(1, files.count / 4)
    var closed: [ObjectIdentifier] = []
    for file in files.filter({ $0 !== kept && $0.canBeClosed }).sorted(by: { $0.age < $1.age }) where wanted > 0 {
      guard file.close() else { continue }
      closed.append(ObjectIdentifier(file))
      wanted -= 1
    }
    state.withLock { state in
      for file in closed { state.open[file] = nil }
    }
    return closed.count
  }
}
