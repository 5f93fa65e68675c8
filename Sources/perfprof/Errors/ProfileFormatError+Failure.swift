import ProfileFormats
import ProfileModel

extension ProfileFormatError {
  /// What is wrong and what to do, as the rest of a sentence.
  var words: String {
    switch self {
    case .noSamples(let format, let line):
      "no sample in what looks like \(format)" + (line.map { " (first bad line: \($0))" } ?? "") + ": make it anew"
    case .mostlyBadLines(let format, let line, let bad, let good):
      "\(bad) of \(bad + good) lines are no \(format), the first is line \(line): make it anew"
    case .badJSON(let offset): "no JSON at byte \(offset): make it anew"
    case .missingMember(let name): "JSON without the \(name) that files of speedscope have: make it anew"
    case .countTooLarge(let line): "the count in line \(line) is too large, or all together are: make it anew"
    case .badCompression(let offset):
      "the compressed data is damaged near byte \(offset), or was cut there: make it anew"
    case .decompressedTooLarge(let limit): "it unpacks to more than \(limit) bytes, which no profile does: make it anew"
    case .limitExceeded(let what, let limit):
      "it has more than \(limit) \(what), the most that is read: make a shorter one"
    case .tooLarge(let exceeded): exceeded.sentence
    case .badProtobuf: "not a protocol buffer of pprof's kind: make it anew"
    case .badReference(let table, let value): "it refers to row \(value) of \(table), which it has not: make it anew"
    case .negativeValues:
      "it holds negative values, as a difference does; profiles have none: give both profiles to `perfprof diff`"
    case .valueTooLarge: "its values add up to more than 63 bits: make it anew"
    }
  }
}

extension ForeignFormat {
  /// What the file is and what to do, as the rest of a sentence.
  var words: String {
    switch self {
    case .perfData: "data of perf: print it with `perf script -i FILE > FILE.txt`, which perfprof reads"
    case .javaFlightRecording:
      "a Java Flight Recording: convert it with async-profiler's `jfrconv -o collapsed FILE FILE.folded`, which perfprof reads"
    case .jitDump:
      "names of code that was made at run time, no profile: perfprof reads it beside its process, in `record`"
    case .gmon: "data of gprof, which holds no stacks: record the program with `perfprof record -- CMD`"
    case .callgrind: "output of callgrind, which holds no stacks: record the program with `perfprof record -- CMD`"
    case .goText:
      "a profile in an old text form: fetch Go's without `?debug=1`, or convert it with `go tool pprof -proto FILE > "
        + "FILE.pb.gz`, which perfprof reads"
    case .goTrace:
      "a trace of Go: make a profile of it with `go tool trace -pprof=TYPE FILE > FILE.pprof`, which perfprof reads"
    case .sqlite: "a database: export what was sampled as pprof, speedscope or folded stacks"
    case .netTrace:
      "a trace of .NET: convert it with `dotnet-trace convert --format Speedscope FILE`, which perfprof reads"
    case .javaHeapDump: "a heap dump of Java, no profile: record the program with `perfprof record -p PID`"
    case .chromeProfile:
      "a CPU profile of Chrome or Node.js: open it with speedscope and export it, which perfprof reads"
    case .chromeTrace: "a trace of events, no samples: open it with speedscope and export it, which perfprof reads"
    case .firefoxProfile:
      "a profile of Firefox's kind, which perfprof writes but does not read: convert what it was made of"
    case .otherJSON: "JSON of another kind than speedscope's: export it as speedscope, pprof or folded stacks"
    case .xml: "XML or a picture, no profile: give the profile that it was drawn from"
    case .elf: "a program, no profile: record it with `perfprof record -- FILE`"
    case .archive: "an archive: unpack it and give a profile in it"
    case .otherCompression: "compressed in a way that perfprof does not read: unpack it first (gzip and zstd are read)"
    case .legacyPprof:
      "a CPU profile of gperftools' old kind: convert it with `go tool pprof -proto FILE > FILE.pb.gz`, which perfprof reads"
    }
  }
}
