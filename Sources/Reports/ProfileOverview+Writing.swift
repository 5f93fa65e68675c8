import ProfileModel
import TextWriting
import Wording

extension ProfileOverview {
  private static let mostParts = 5

  /// What the program did with its time, and whether a profile of CPU time answers for it.
  package var timeSentence: String? {
    guard let busy = busyCPUs, let cpuSeconds else { return nil }
    let seconds = trust.metadata.durationSeconds
    let used = "\(cpuSeconds.fixed(2)) CPU seconds in \(seconds.fixed(2)) s"
    if busy < Self.busyEnough { return "\(used): on a CPU \(busy.percent) of the time. \(waited)" }
    return "\(used): \(busy.fixed(2)) \(busy == 1 ? "CPU" : "CPUs") busy on average."
  }

  private static let busyEnough = 0.5
  private var waited: String {
    if let share = resources?.threads?.waitShare, share >= 0.5 {
      return "Its threads mostly waited for a CPU: \(share.percent) of the time that they wanted one."
    }
    let known = resources?.threads == nil ? ", be it for a CPU" : ""
    let advice = hasWaits ? "`--value off-cpu` does" : "`record --off-cpu` does"
    return "It mostly waited\(known), and a profile of CPU time doesn't tell for what: \(advice)."
  }

  /// What threads and machine did with their time, each with its title.
  private var resourceLines: [(title: String, text: String)] {
    [
      ("work", resources == nil ? nil : trust.metadata.workText), ("threads", resources?.threadsText),
      ("machine", resources?.machineText), ("held up", resources?.limitsText),
    ].compactMap { title, text in text.map { (title, $0) } }
  }

  /// The same below a head that tells the CPU time of everything already; nil where that is all there is to say.
  private var timeSentenceBelowHead: String? {
    guard let busy = busyCPUs, trust.metadata.cpuLoadText != nil, cpuSeconds == trust.metadata.cpuSecondsUsed else {
      return timeSentence
    }
    return busy < Self.busyEnough ? waited : nil
  }

  /// The overview for a terminal of so many columns; nil for lines of any length.
  package func text(columns: Int? = nil) -> String {
    guard trust.completeness.samples > 0 else { return "" }
    var lines = ["Where to look"]
    if let sentence = timeSentenceBelowHead { lines.append("  " + sentence) }
    for (title, text) in resourceLines {
      lines.append("  \(title)\(String(repeating: " ", count: 14 - title.count))\(text)")
    }
    if !path.isEmpty {
      lines.append(
        "  hottest path  "
          + path.suffix(8).map { "\($0.name.shortened(toColumns: 40)) \(share($0.samples))" }
          .joined(separator: " → "))
    }
    for (title, parts) in partLists where !parts.isEmpty { lines.append("  \(title)  \(list(parts))") }
    lines.append("  kernel        \(share(kernel)); \(runtime.summary)")
    for hint in hints { lines.append("  • \(hint.text).") }
    return lines.map {
      $0.escapedForTerminal.wrapped(toColumns: columns, indentation: "    ") + "\n"
    }.joined()
  }

  private var partLists: [(String, [Part])] {
    [
      ("by module    ", modules), ("by thread    ", threads.count > 1 ? threads : []),
      ("by process   ", processes.count > 1 ? processes : []),
    ]
  }

  private func list(_ parts: [Part]) -> String {
    let shown = parts.prefix(Self.mostParts).map { "\($0.name.shortened(toColumns: 30)) \(share($0.samples))" }
    return shown.joined(separator: ", ")
      + (parts.count > Self.mostParts ? ", \(parts.count - Self.mostParts) more" : "")
  }

  private func share(_ samples: Int64) -> String { trust.share(of: samples).percent }

  /// Writes the members of the overview.
  func write(to json: inout JSONWriter) {
    json.key("overview")
    json.object { json in
      json.member("cpuSeconds", cpuSeconds)
      json.member("busyCPUs", busyCPUs)
      json.key("resources")
      if let resources { resources.write(to: &json) } else { json.value(nil) }
      json.key("hottestPath")
      json.array { json in
        for step in path {
          json.object { json in
            json.member("name", step.name)
            json.member("samples", step.samples)
          }
        }
      }
      for (name, parts) in [("modules", modules), ("threads", threads), ("processes", processes)] {
        json.key(name)
        json.array { json in
          for part in parts.prefix(50) {
            json.object { json in
              json.member("name", part.name)
              json.member("samples", part.samples)
            }
          }
        }
      }
      json.member("kernelSamples", kernel)
      json.key("hints")
      json.array { json in
        for hint in hints {
          json.object { json in
            json.member("kind", hint.kind)
            json.member("share", hint.share)
            json.member("text", hint.text)
          }
        }
      }
    }
  }

  /// A report as engineers hand it in: what was measured, where the time went by impact, the evidence, what to do next.
  package func markdown(functions: FunctionReport) -> String {
    var text = "## CPU profile\n\n### What was measured\n\n"
    for line in (trust.head() + trust.notesText()).split(separator: "\n") {
      text += "- \(String(line).escapedForMarkdown)\n"
    }
    if let sentence = timeSentenceBelowHead { text += "- \(sentence.escapedForMarkdown)\n" }
    for (title, line) in resourceLines { text += "- \(title): \(line.escapedForMarkdown)\n" }
    text += "\n### Where the time went\n\n"
    if !path.isEmpty {
      text +=
        "Hottest path: "
        + path.suffix(8).map { "\($0.name.codeForMarkdown) \(share($0.samples))" }.joined(separator: " → ") + "\n\n"
    }
    text += "| function | module | self | total |\n| --- | --- | ---: | ---: |\n"
    for row in functions.rows {
      text +=
        "| \(row.function.name.codeForMarkdown) | \((row.function.module ?? "").escapedForMarkdown) "
        + "| \(share(row.own)) | \(share(row.total)) |\n"
    }
    for (title, parts) in partLists where !parts.isEmpty {
      text +=
        "\n\(title.split(separator: " ").joined(separator: " ").capitalizedFirst): \(list(parts).escapedForMarkdown)\n"
    }
    text += "\nKernel: \(share(kernel)). \(runtime.summary.escapedForMarkdown).\n"
    if !hints.isEmpty {
      text += "\n### What to look at next\n\n"
      for (index, hint) in hints.enumerated() { text += "\(index + 1). \(hint.text.escapedForMarkdown).\n" }
    }
    return text
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
