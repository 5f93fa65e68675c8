// swift-tools-version: 6.2
import PackageDescription

let modules = [
  "BinaryReading", "Demangling", "ELF", "Processes", "ProfileFormats", "ProfileModel", "RecordingFormat", "Sampling",
  "Symbolication", "UnwindTables",
]

let package = Package(
  name: "Fuzzing",
  products: [.library(name: "Fuzz", type: .static, targets: ["Fuzz"])],
  dependencies: [.package(name: "perfprof", path: "../..")],
  targets: [
    // A library and no program: the entry point comes from libFuzzer, which `run` links.
    .target(
      name: "Fuzz", dependencies: modules.map { .product(name: $0, package: "perfprof") },
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
