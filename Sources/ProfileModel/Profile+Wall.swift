extension Profile {
  /// The name of the value type that all time of threads is together: on CPU, ready to run and blocked, but for what is
  /// idle.
  package static var wallName: String { "wall" }

  /// The value type that `addingWall` added; nil where it did not.
  package var addedWall: ValueTypeID? {
    guard metadata.isRecorded, valueTypes.last?.name == Self.wallName else { return nil }
    return ValueTypeID(index: valueTypes.count - 1)
  }

  /// The same with one more value type, all time of threads; nil where waiting was not recorded beside what ran, there is
  /// one of that name, or it is more than can be added up.
  package func addingWall() -> (profile: Profile, value: ValueTypeID)? {
    let parts = ["samples", "off-cpu", "runnable"].compactMap { valueType(named: $0) }
    guard metadata.isRecorded, parts.count == 3, valueType(named: Self.wallName) == nil,
      let period = valueTypes[parts[0].index].period, period > 0
    else { return nil }
    var result = self
    let wall = ValueTypeID(index: valueTypes.count)
    result.valueTypes.append(ValueType(name: Self.wallName, unit: .nanoseconds))
    result.samples = []
    result.samples.reserveCapacity(samples.count * 2)
    var sum: Int64 = 0
    for sample in samples {
      result.samples.append(sample)
      guard parts.contains(sample.value) else { continue }
      var added = sample
      added.value = wall
      if sample.value == parts[0] {
        let (amount, isTooLarge) = sample.weight.multipliedReportingOverflow(by: period)
        guard !isTooLarge else { return nil }
        added.weight = amount
      }
      let (total, isTooLarge) = sum.addingReportingOverflow(added.weight)
      guard !isTooLarge else { return nil }
      sum = total
      result.samples.append(added)
    }
    return (result, wall)
  }
}
