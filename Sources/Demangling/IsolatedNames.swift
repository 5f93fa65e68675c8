import Synchronization

/// What children made of Swift names lately: a live view meets the same functions again and again, and a fork copies the
/// page tables of all that this process has in memory.
final class IsolatedNames: Sendable {
  typealias Text = (short: String, full: String)

  private struct State {
    var texts: [String: Text] = [:]
    var bytes = 0
  }

  private let state = Mutex(State())

  /// Bytes of names and texts past which all are forgotten.
  private static let mostBytes = 2 << 20

  /// The texts of names; nil for those that are not known.
  func texts(of names: [String]) -> [Text?] {
    guard !names.isEmpty else { return [] }
    return state.withLock { state in names.map { state.texts[$0] } }
  }

  /// Remembers what was found. That there is none is not: it may have taken too long only.
  func remember(_ names: [String], _ texts: [Text?]) {
    guard !names.isEmpty else { return }
    state.withLock { state in
      for (name, text) in zip(names, texts) {
        guard let text, state.texts[name] == nil else { continue }
        state.bytes += name.utf8.count + text.short.utf8.count + text.full.utf8.count
        if state.bytes > Self.mostBytes {
          state.texts.removeAll()
          state.bytes = name.utf8.count + text.short.utf8.count + text.full.utf8.count
        }
        state.texts[name] = text
      }
    }
  }
}
