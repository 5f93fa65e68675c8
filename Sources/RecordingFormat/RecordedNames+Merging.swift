extension RecordedNames {
  /// Takes in names of further addresses of the same module; what both name stays as it was.
  ///
  /// - Complexity: O(addresses of both)
  mutating func merge(_ other: RecordedNames) {
    source = source == nil || source == "none" ? other.source : source
    problem = other.problem
    guard !other.isEmpty else { return }
    var merged = RecordedNames(module: module)
    (merged.source, merged.problem) = (source, problem)
    var indexes: [RecordedFunction: UInt32] = [:]
    func add(_ names: RecordedNames, _ position: Int) {
      for line in Int(names.starts[position])..<Int(names.starts[position + 1]) {
        let function = Int(names.lineFunctions[line])
        guard function < names.functions.count else { continue }
        let index: UInt32
        if let known = indexes[names.functions[function]] {
          index = known
        } else {
          index = merged.add(names.functions[function])
          indexes[names.functions[function]] = index
        }
        merged.addLine(function: index, number: names.lineNumbers[line])
      }
      merged.add(address: names.addresses[position])
    }
    var (own, others) = (0, 0)
    while own < addresses.count || others < other.addresses.count {
      if others == other.addresses.count || own < addresses.count && addresses[own] <= other.addresses[others] {
        if others < other.addresses.count, addresses[own] == other.addresses[others] { others += 1 }
        add(self, own)
        own += 1
      } else {
        add(other, others)
        others += 1
      }
    }
    self = merged
  }
}
