import ProfileModel

/// Baseline files: one side of a comparison as a small text that is kept beside the code.
///
///     perfprof-baseline  1
///     value      samples  count  2004008  yes         name, unit, period (0: none), whether amounts are counts
///     observations  1.0                               independent ones for an amount of 1
///     runs       0  0  1  1                           for each unit its run
///     seconds    1.25  1.25  …
///     calls      handle  1200  1195  …                of the function that stands for a unit of work, if counted
///     weights    620  622  …
///     function   NAME  MODULE  self…  total…          amounts for each unit, separated by commas
///
/// Fields are separated by tabs; of names `%`, tabs and line breaks are written as `%25`, `%09`…
extension SideTable {
  /// What every baseline begins with.
  package static let baselineMark = "perfprof-baseline\t"
  /// The most bytes of a baseline.
  package static let baselineBytes = 100_000
  private static let mostBaselineUnits = 4096

  /// The baseline; of functions those with the largest totals that fit.
  package func baseline() -> [UInt8] {
    let table = runCount >= DesignChoice.fewestRuns ? byRun() : self
    var text = Self.baselineMark + "1\n"
    text +=
      "value\t\(Self.escaped(table.value.name))\t\(Self.escaped(table.value.unit.description))\t"
      + "\(table.value.period ?? 0)\t\(table.value.isCount ? "yes" : "no")\n"
    text += "observations\t\(table.observationsPerAmount)\n"
    text += "runs\t" + table.runs.map(String.init).joined(separator: ",") + "\n"
    text += "seconds\t" + Self.list(table.seconds.map { ($0 * 10_000).rounded() / 10_000 }) + "\n"
    if let calledFunction {
      text += "calls\t\(Self.escaped(calledFunction))\t\(Self.list(table.calls.map { ($0 * 1000).rounded() / 1000 }))\n"
    }
    text += "weights\t" + Self.list(table.weights) + "\n"
    let sums = table.total.map { $0.reduce(0, +) }
    let order = table.functions.indices.filter { sums[$0] > 0 }.sorted { left, right in
      sums[left] == sums[right]
        ? table.functions[left].name.utf8.lexicographicallyPrecedes(table.functions[right].name.utf8)
        : sums[left] > sums[right]
    }
    var bytes = text.utf8.count
    var lines: [String] = []
    for index in order {
      let function = table.functions[index]
      let line =
        "function\t\(Self.escaped(function.name))\t\(Self.escaped(function.module ?? ""))\t"
        + "\(Self.list(table.own[index]))\t\(Self.list(table.total[index]))\n"
      guard bytes + line.utf8.count <= Self.baselineBytes else { break }
      bytes += line.utf8.count
      lines.append(line)
    }
    // In order of name, so that the next version's differences are easily seen.
    lines.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return Array((text + lines.joined()).utf8)
  }

  /// Reads a baseline; nil where it is damaged.
  package init?(baseline bytes: [UInt8]) {
    guard bytes.count <= 64 * Self.baselineBytes else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
    guard lines.first == ["perfprof-baseline", "1"] else { return nil }
    self.init(value: .samples())
    for fields in lines.dropFirst() {
      switch (fields[0], fields.count) {
      case ("value", 5):
        guard let period = Int64(fields[3]), period >= 0 else { return nil }
        value = ValueType(
          name: Self.unescaped(fields[1]), unit: ValueType.Unit(Self.unescaped(fields[2])),
          period: period == 0 ? nil : period, isCount: fields[4] == "yes")
      case ("observations", 2):
        guard let amount = Double(fields[1]), amount.isFinite, amount >= 0 else { return nil }
        observationsPerAmount = amount
      case ("runs", 2):
        for part in fields[1].split(separator: ",") {
          guard let run = Int(part), run >= runs.last ?? 0, run <= Self.mostBaselineUnits else { return nil }
          runs.append(run)
        }
      case ("seconds", 2):
        guard let list = Self.numbers(fields[1]) else { return nil }
        seconds = list
      case ("calls", 3):
        guard let list = Self.numbers(fields[2]) else { return nil }
        calls = list
        calledFunction = Self.unescaped(fields[1])
      case ("weights", 2):
        guard let list = Self.numbers(fields[1]) else { return nil }
        weights = list
      case ("function", 5):
        guard let own = Self.numbers(fields[3]), let total = Self.numbers(fields[4]), own.count == weights.count,
          total.count == weights.count
        else { return nil }
        let module = Self.unescaped(fields[2])
        functions.append(Function(name: Self.unescaped(fields[1]), module: module.isEmpty ? nil : module))
        self.own.append(own)
        self.total.append(total)
      default: continue
      }
    }
    if calls.isEmpty { calls = [Double](repeating: 0, count: weights.count) }
    guard calls.count == weights.count else { return nil }
    guard !weights.isEmpty, weights.count == runs.count, seconds.count == runs.count,
      weights.count <= Self.mostBaselineUnits
    else { return nil }
  }

  private static func list(_ amounts: [Double]) -> String {
    amounts.map { amount in
      if let whole = Int64(exactly: amount), abs(amount) < 9e15 { return String(whole) }
      return amount.description
    }.joined(separator: ",")
  }

  private static func numbers(_ text: Substring) -> [Double]? {
    var result: [Double] = []
    for part in text.split(separator: ",") {
      guard let number = Double(part), number.isFinite, number >= 0, number < 1e18 else { return nil }
      result.append(number)
    }
    return result
  }

  private static func escaped(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
      if scalar == "%" || scalar.value < 0x20 || scalar.value == 0x7F {
        let hex = String(scalar.value, radix: 16, uppercase: true)
        result += "%" + (hex.count < 2 ? "0" : "") + hex
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func unescaped(_ text: Substring) -> String {
    var result: [UInt8] = []
    let bytes = Array(text.utf8)
    var next = 0
    while next < bytes.count {
      if bytes[next] == UInt8(ascii: "%"), next + 2 < bytes.count,
        let value = UInt8(String(decoding: bytes[(next + 1)...(next + 2)], as: UTF8.self), radix: 16)
      {
        result.append(value)
        next += 3
      } else {
        result.append(bytes[next])
        next += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

extension SideTable {
  /// A side's runs as numbers, those of profiles and those of baselines.
  package init(_ inputs: [ComparisonInput]) {
    var functions = SharedFunctions()
    for input in inputs { functions.note(input, isBefore: true) }
    var side = AlignedSide(inputs, &functions, isBefore: true)
    side.fill(functions.keys)
    self = side.table
  }
}
