extension Profile {
  /// Makes what of the value type `off-cpu` is a wait for work the value type `idle`, where there are both.
  package mutating func separateIdleWaits() {
    guard let blocked = valueType(named: "off-cpu"), let idle = valueType(named: "idle"),
      samples.contains(where: { $0.value == blocked })
    else { return }
    let waits = IdleWaits(self)
    for index in samples.indices where samples[index].value == blocked {
      if let stack = samples[index].stack, waits.contains(stack) { samples[index].value = idle }
    }
  }
}
