import ProfileModel

extension SelectedProfile {
  /// What limits trust, in sentences without a full stop: the notes, with one line for all modules without symbols, and
  /// one for each runtime that would name its functions if it were asked to.
  ///
  /// A module's lack of names, and gaps in them, are said where they matter: where its nameless functions are in at least
  /// 1 % of the samples.
  ///
  /// - Complexity: O(stacks + samples) for each 64 modules without symbols
  package func noteSentences() -> [String] {
    let notes = profile.metadata.notes
    let shares = sharesOfNamelessCode(in: notes.compactMap { $0.moduleWithoutSymbols ?? $0.moduleWithGaps })
    var lacking: [(path: String, share: Double)] = []
    var sentences: [String] = []
    // The line stands where the first of its modules would.
    var position: Int?
    for note in notes {
      guard let path = note.moduleWithoutSymbols else {
        if let path = note.moduleWithGaps, shares[path] ?? 0 < Self.shareThatMatters { continue }
        sentences.append(note.sentence)
        continue
      }
      guard let share = shares[path], share >= Self.shareThatMatters, !lacking.contains(where: { $0.path == path })
      else {
        continue
      }
      position = position ?? sentences.count
      lacking.append((path, share))
    }
    lacking.sort { ($1.share, $0.path) < ($0.share, $1.path) }
    if let position { sentences.insert(ModuleProblem.sentence(lackingSymbols: lacking), at: position) }
    return sentences + RuntimeSwitch.missing(in: self).map(\.sentence)
  }

  private static var shareThatMatters: Double { 0.01 }

  /// For each of these modules the share of samples whose stacks go through functions of it that have no name.
  private func sharesOfNamelessCode(in paths: [String]) -> [String: Double] {
    guard !paths.isEmpty else { return [:] }
    var shares: [String: Double] = [:]
    let distinct = Set(paths).sorted()
    for start in stride(from: 0, to: distinct.count, by: 64) {
      let group = distinct[start..<min(start + 64, distinct.count)]
      let bits = Dictionary(uniqueKeysWithValues: zip(group, (0..<64).map { UInt64(1) << UInt64($0) }))
      let bitOfModule = profile.modules.map { bits[$0.path] ?? 0 }
      // Which of the modules each stack goes through.
      let through = profile.stacks.union(
        ofFrames: profile.frames.map { frame in
          let function = profile.functions[frame.function.index]
          return function.isSymbolized ? 0 : function.module.map { bitOfModule[$0.index] } ?? 0
        })
      var weights = [Double](repeating: 0, count: group.count)
      var whole = 0.0
      for sample in samples {
        whole += Double(sample.weight)
        var rest = sample.stack.map { through[$0.index] } ?? 0
        while rest != 0 {
          weights[rest.trailingZeroBitCount] += Double(sample.weight)
          rest &= rest - 1
        }
      }
      for (path, weight) in zip(group, weights) { shares[path] = whole > 0 ? weight / whole : 0 }
    }
    return shares
  }
}

extension ProfileNote {
  /// The module of which it says no more than that nothing has its symbols.
  fileprivate var moduleWithoutSymbols: String? {
    guard case .module(let path, _, let problem) = self, problem.isLackOfSymbols else { return nil }
    return path
  }

  /// The module of which it says that some of its code has no names.
  fileprivate var moduleWithGaps: String? {
    guard case .module(let path, _, .gaps) = self else { return nil }
    return path
  }
}
