import ProfileModel

/// What a page of two sides has beside their samples: which are whose, and what can be said of each function.
package struct PageComparison: Sendable {
  /// What is said of an amount: the verdict's word, both amounts, and between what the change lies for all but one in
  /// twenty.
  package struct Finding: Sendable {
    package var verdict: String
    package var before: Double
    package var after: Double
    package var low: Double
    package var high: Double
    /// Whether the change is what is left when others take more, or less, of everything.
    package var isDiluted: Bool

    /// A finding.
    package init(verdict: String, before: Double, after: Double, low: Double, high: Double, isDiluted: Bool) {
      (self.verdict, self.before, self.after) = (verdict, before, after)
      (self.low, self.high, self.isDiluted) = (low, high, isDiluted)
    }
  }

  /// What both sides are called.
  package var names: (before: String, after: String)
  /// The answer.
  package var sentence: String
  /// What amounts of findings are: `share`, `second` or `work`.
  package var per: String
  /// Samples that were lost on each side; nil where that isn't known.
  package var lost: (before: UInt64?, after: UInt64?) = (nil, nil)
  /// Whether all of each side comes from recordings, which say what stacks are whole.
  package var isRecorded = (before: false, after: false)
  /// How many samples are the earlier side's, and how many threads; they come first.
  package var samplesBefore: Int
  package var threadsBefore: Int
  /// How many marks are the earlier side's.
  package var marksBefore = 0
  /// For each sample its stack in trees; empty where that is its own.
  package var treeStacks: [StackID?]
  /// Findings on functions, of their own samples and of all.
  package var functions: [(function: FunctionID, own: Finding, total: Finding)] = []
  /// Findings on modules by their names.
  package var modules: [(name: String, own: Finding)] = []

  /// A comparison without findings.
  package init(
    names: (before: String, after: String), sentence: String, per: String, samplesBefore: Int, threadsBefore: Int,
    treeStacks: [StackID?]
  ) {
    (self.names, self.sentence, self.per) = (names, sentence, per)
    (self.samplesBefore, self.threadsBefore, self.treeStacks) = (samplesBefore, threadsBefore, treeStacks)
  }

  /// Writes the member `comparison` of a page's head.
  func write(to out: inout MarkupBuffer, samplesBefore: Int) {
    out.write(",\n\"comparison\":{\"names\":")
    out.list([names.before, names.after]) { $1.write(json: $0) }
    out.write(",\"sentence\":")
    out.write(json: sentence)
    out.write(raw: ",\"per\":\"\(per)\",\"samplesBefore\":\(samplesBefore),\"threadsBefore\":\(threadsBefore)")
    out.write(raw: ",\"marksBefore\":\(marksBefore)")
    out.write(raw: ",\"lost\":[\(Self.text(lost.before)),\(Self.text(lost.after))]")
    out.write(raw: ",\"isRecorded\":[\(isRecorded.before),\(isRecorded.after)]")
    out.write(raw: ",\"steps\":\(Palette.steps),\"least\":\(Palette.leastChange),\"errors\":\(Shares.errors)")
    out.write(raw: ",\"leastScale\":\(Palette.leastScale)")
    let colors: [(name: String, light: [String], dark: [String])] = [
      ("grew", Palette.grew.light, Palette.grew.dark), ("shrank", Palette.shrank.light, Palette.shrank.dark),
      ("plain", [Theme.light.plain], [Theme.dark.plain]),
    ]
    for (name, light, dark) in colors {
      out.write(raw: ",\"\(name)\":{\"light\":")
      out.list(light) { $1.write(json: $0) }
      out.write(",\"dark\":")
      out.list(dark) { $1.write(json: $0) }
      out.write("}")
    }
    out.write(",\n\"functions\":")
    out.list(functions) { row, out in
      out.write(raw: "[\(row.function.rawValue),")
      Self.write(row.own, to: &out)
      out.write(",")
      Self.write(row.total, to: &out)
      out.write("]")
    }
    out.write(",\n\"modules\":")
    out.list(modules) { row, out in
      out.write("[")
      out.write(json: row.name)
      out.write(",")
      Self.write(row.own, to: &out)
      out.write("]")
    }
    out.write("}")
  }

  private static func text(_ number: UInt64?) -> String { number.map { "\($0)" } ?? "null" }

  private static func write(_ finding: Finding, to out: inout MarkupBuffer) {
    let numbers = [finding.before, finding.after, finding.low, finding.high].map { $0.isFinite ? $0 : 0 }
    out.write(raw: "[\"\(finding.verdict)\",\(numbers[0]),\(numbers[1]),\(numbers[2]),\(numbers[3])")
    out.write(finding.isDiluted ? ",true]" : ",false]")
  }
}
