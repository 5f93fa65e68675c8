import Foundation
import Testing

extension LiveTests {
  /// What the machine's own perf prints, however it is asked to: perf's default fields are the judge.
  @Suite struct PerfScript {
    private static let perf = ["/usr/bin/perf", "/usr/local/bin/perf"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Flags of `perf script` that change how samples are printed, not which.
    private static let variants: [[String]] = [
      [], ["-F", "comm,pid,tid,time,event,ip,sym,dso"], ["-F", "comm,ip,sym"], ["-F", "comm,tid,ip,sym"],
      ["-F", "comm,time,ip,sym"], ["-F", "comm,pid,ip,sym"], ["-F", "comm,tid,time,period,ip,sym"],
      ["-F", "comm,event,ip,sym"], ["-F", "+misc"], ["-F", "+pid"], ["-F", "+insn"], ["-F", "+brstack"],
      ["-F", "-period"], ["-F", "-time"], ["-F", "-tid"], ["-F", "-event"], ["-F", "-dso"], ["-F", "-symoff"],
      ["--header"], ["--show-task-events"], ["--show-mmap-events"], ["--ns"], ["--deltatime"], ["-I"],
    ]

    @Test("Commands that look like numbers keep their names", arguments: ["my worker 7", "dd", "cc1"])
    func numbers(command: String) throws {
      let folder = try TemporaryFolder()
      guard let perf = Self.perf else { return print("skipped: there is no perf on this machine") }
      try FileManager.default.copyItem(atPath: "/bin/dd", toPath: folder.path(command))
      let data = folder.path("perf.data")
      let recorded = try run(
        [
          perf, "record", "-q", "-F", "199", "-e", "cpu-clock", "-g", "-o", data, folder.path(command), "if=/dev/zero",
          "of=/dev/null", "bs=64k", "count=20000",
        ])
      try #require(recorded.status == 0, "\(recorded.errors)")
      for fields in [
        "comm,ip,sym", "comm,ip", "comm,ip,sym,dso", "comm,time,ip,sym", "comm,event,ip,sym", "comm,tid,ip,sym", "-tid",
      ] {
        let printed = try run([perf, "script", "-i", data, "-F", fields])
        try #require(printed.status == 0, "\(fields) \(printed.errors)")
        let text = folder.path("script.txt")
        try printed.output.write(toFile: text, atomically: true, encoding: .utf8)
        let converted = try perfprof("convert", text, "-o", "-", "--format", "folded")
        #expect(converted.status == 0, "\(fields) \(converted.errors)")
        let stacks = try #require(FoldedText(converted.output))
        let commands = Set(stacks.stacks.compactMap(\.frames.first))
        // With a time behind it the number may be a thread's, which is said.
        let isSaid = try perfprof("info", text).output.contains("the number behind each command")
        #expect(commands == [command] || isSaid && commands == ["my worker"], "\(fields)")
      }
    }

    @Test(
      "Samples, commands and stacks are those that perf reports, in two dozen ways of printing",
      arguments: [true, false])
    func variants(hasCallChains: Bool) throws {
      let folder = try TemporaryFolder()
      let data = folder.path("perf.data")
      guard let perf = Self.perf else { return print("skipped: there is no perf on this machine") }
      let recorded = try run(
        [perf, "record", "-q", "-F", "199", "-e", "cpu-clock", "-o", data] + (hasCallChains ? ["-g"] : [])
          + [
            "sh", "-c",
            "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; dd if=/dev/zero of=/dev/null bs=64k count=20000",
          ])
      try #require(recorded.status == 0, "\(recorded.errors)")
      var expected: [String: Int]?
      for variant in Self.variants {
        let printed = try run([perf, "script", "-i", data] + variant)
        try #require(printed.status == 0, "\(variant) \(printed.errors)")
        let text = folder.path("script.txt")
        try printed.output.write(toFile: text, atomically: true, encoding: .utf8)
        let converted = try perfprof("convert", text, "-o", "-", "--format", "folded")
        #expect(converted.status == 0, "\(variant) \(converted.errors)")
        let stacks = try #require(FoldedText(converted.output))
        // Kernel and missing symbols are told by modules, which not every variant prints.
        var counts: [String: Int] = [:]
        for stack in stacks.stacks {
          let frames = stack.frames.enumerated().map { $0.offset > 0 && $0.element.hasPrefix("[") ? "?" : $0.element }
          counts[frames.joined(separator: ";"), default: 0] += stack.count
        }
        guard let expected else {
          // The judge's own count and commands.
          let lines = try run([perf, "script", "-i", data, "-F", "comm,tid,time", "-G"]).output.split(separator: "\n")
          #expect(counts.values.reduce(0, +) == lines.count)
          let commands = Set(lines.compactMap { $0.split(separator: " ").first.map(String.init) })
          #expect(Set(stacks.stacks.compactMap(\.frames.first)) == commands)
          expected = counts
          continue
        }
        #expect(counts == expected, "\(variant)")
      }
    }
  }
}
