// The heaviest functions of a recording, by PerfprofKit: how a program of one's own reads what perfprof wrote.
//
// usage: swift run --package-path Samples/Kit HeaviestFunctions FILE.perfprof

import Foundation
import ProfileModel
import RecordingFormat

guard CommandLine.arguments.count == 2, let data = FileManager.default.contents(atPath: CommandLine.arguments[1]) else {
  print("usage: HeaviestFunctions FILE.perfprof")
  exit(64)
}
do {
  let profile = try RecordingReader.read(Array(data), path: CommandLine.arguments[1])
  // One value type is looked at: CPU time, unless others were recorded.
  let tree = CallTree(profile.preferred, threads: false)
  var weights: [String: Int64] = [:]
  for node in 0..<tree.count where tree.selfWeights[node] > 0 {
    weights[tree.labels[Int(tree.labelIndices[node])].name, default: 0] += tree.selfWeights[node]
  }
  for (name, weight) in weights.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(10) {
    print(weight, name, separator: "\t")
  }
} catch {
  print("\(CommandLine.arguments[1]): \(error)")
  exit(65)
}
