/// Finds what somebody may have meant.
enum SimilarNames {
  /// At most three of the names, the likeliest first: those that hold the word, or are a few letters from it.
  static func best(for word: String, among names: [String]) -> [String] {
    let wanted = Array(word.lowercased().utf8.prefix(64))
    guard !wanted.isEmpty else { return [] }
    var ranked: [(distance: Int, name: String)] = []
    for name in names {
      let candidate = Array(name.lowercased().utf8.prefix(64))
      let distance = distance(wanted, candidate)
      if distance <= max(1, wanted.count / 3) {
        ranked.append((distance, name))
      } else if wanted.count > 3, candidate.indices.contains(where: { candidate[$0...].starts(with: wanted) }) {
        ranked.append((100, name))
      }
    }
    ranked.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
    return ranked.prefix(3).map(\.name)
  }

  /// Letters to change, add or leave out (Levenshtein 1966).
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let change = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[right.count]
  }
}
