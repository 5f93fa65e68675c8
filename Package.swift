// swift-tools-version: 6.2
import PackageDescription

/// Every target: Swift 6 mode, strict memory safety, lifetime-checked views (`~Escapable` values over ring memory).
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableExperimentalFeature("Lifetimes"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library target and its dependencies; the list reads bottom up, and dependencies only point up the page.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, resources: resources,
    swiftSettings: [.swiftLanguageMode(.v6), .enableExperimentalFeature("Lifetimes")])
}

/// A protobuf schema and the Swift that was generated from it, which does not know strict memory safety.
func schema(_ name: String, _ file: String) -> Target {
  .target(
    name: name, dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")], exclude: [file],
    swiftSettings: [.swiftLanguageMode(.v6)])
}

let package = Package(
  name: "perfprof",
  products: [
    .executable(name: "perfprof", targets: ["perfprof"]),
    // For people who write tools: recordings, profiles, call trees, and the formats of others.
    .library(name: "PerfprofKit", targets: ["ProfileModel", "RecordingFormat", "ProfileFormats"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    .target(name: "CLinuxPerf"),
    .systemLibrary(name: "CLibunwind", providers: [.apt(["libunwind-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CLzma", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
    .systemLibrary(name: "CLibiberty", providers: [.apt(["libiberty-dev"])]),
    .target(name: "CDemangling", dependencies: ["CLibiberty"], linkerSettings: [.linkedLibrary("iberty")]),

    module("Searching"),
    module("BinaryReading"),
    module("ProfileModel", ["Searching"]),
    module("Processes", ["CLinuxPerf", "BinaryReading", "ProfileModel"]),
    module("ELF", ["CLinuxPerf", "CDeflate", "CZstd", "BinaryReading", "ProfileModel", "Processes"]),
    module("UnwindTables", ["Searching", "BinaryReading", "ProfileModel"]),
    module("GoTables", ["Searching", "BinaryReading", "ELF"]),
    module("Demangling", ["CDemangling"]),
    module("KernelPrograms"),
    module("Sampling", ["CLinuxPerf", "Searching", "BinaryReading", "KernelPrograms", "ProfileModel", "Processes"]),
    module(
      "Unwinding",
      ["CLibunwind", "Searching", "BinaryReading", "ProfileModel", "Processes", "ELF", "UnwindTables", "GoTables"]),
    module(
      "Symbolication",
      [
        "CLinuxPerf", "CLzma", "CZlib", "Searching", "BinaryReading", "KernelPrograms", "ProfileModel", "Processes",
        "ELF", "UnwindTables", "GoTables", "Demangling",
      ]),
    module("Disassembly", ["ProfileModel"]),
    schema("RecordingSchema", "recording.proto"),
    module(
      "RecordingFormat",
      [
        "CZlib", "CZstd", "Searching", "BinaryReading", "ProfileModel", "RecordingSchema",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    module(
      "Recording",
      [
        "CLinuxPerf", "Searching", "BinaryReading", "ProfileModel", "Processes", "ELF", "UnwindTables", "Sampling",
        "Unwinding", "Symbolication", "Disassembly", "RecordingFormat",
      ]),
    module("TextWriting"),
    module("Wording", ["BinaryReading", "ProfileModel", "TextWriting"]),
    schema("PprofSchema", "profile.proto"),
    module(
      "ProfileFormats",
      [
        "CZlib", "CZstd", "BinaryReading", "ProfileModel", "TextWriting", "Wording", "PprofSchema",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    .target(
      name: "Viewer",
      exclude: ["model", "view", "controller", "pages", "style", "package.json", "tsconfig.json"]),
    module("FlameGraphs", ["CDeflate", "Searching", "ProfileModel", "TextWriting", "Wording", "Viewer"]),
    module("Reports", ["ProfileModel", "TextWriting", "Wording"]),
    module("ProfileComparison", ["ProfileModel", "TextWriting", "Wording"]),
    .executableTarget(
      name: "perfprof",
      dependencies: [
        "CLinuxPerf", "BinaryReading", "ProfileModel", "Processes", "Demangling", "Sampling", "RecordingFormat",
        "Disassembly", "Recording", "TextWriting", "Wording", "ProfileFormats", "FlameGraphs", "Reports",
        "ProfileComparison",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    tests("Searching"),
    tests("BinaryReading"),
    tests("ProfileModel"),
    tests("Processes", ["BinaryReading", "ProfileModel", "Sampling"]),
    tests("ELF", ["BinaryReading", "ProfileModel", "Processes"]),
    tests("UnwindTables", ["BinaryReading", "ProfileModel"]),
    tests("GoTables"),
    tests("Demangling"),
    tests("Disassembly", ["ProfileModel"]),
    tests("Sampling", ["CLinuxPerf", "BinaryReading", "ProfileModel", "Processes"]),
    tests(
      "Unwinding",
      ["CLinuxPerf", "BinaryReading", "ProfileModel", "Processes", "ELF", "UnwindTables", "Sampling"],
      resources: [.copy("Fixtures")]),
    tests("Symbolication", ["BinaryReading", "ProfileModel", "ELF", "Demangling", "Wording"]),
    tests(
      "RecordingFormat", ["BinaryReading", "ProfileModel", "RecordingSchema", "Wording"],
      resources: [.copy("Fixtures")]),
    tests("Recording", ["ProfileModel", "Processes", "RecordingFormat", "Wording"]),
    tests("TextWriting"),
    tests("Wording", ["ProfileModel", "TextWriting"], resources: [.copy("Fixtures")]),
    tests(
      "ProfileFormats", ["CZlib", "BinaryReading", "ProfileModel", "PprofSchema", "Wording"],
      resources: [.copy("Fixtures")]),
    tests("FlameGraphs", ["ProfileModel", "ProfileComparison"], resources: [.copy("Fixtures")]),
    tests("Reports", ["ProfileModel", "TextWriting"]),
    tests("ProfileComparison", ["ProfileModel"]),
    // Black-box tests of the built `perfprof` on the programs of `Samples`.
    .testTarget(name: "LiveTests", swiftSettings: [.swiftLanguageMode(.v6)]),
  ]
)

// What `Tools/build-tool` builds for `Tools/Benchmarks` and `Tools/Fuzzing`. They are targets of this package, since they
// work with what its modules give each other; nobody else wants to build them.
if Context.environment["PERFPROF_TOOLS"] != nil {
  func benchmark(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
      name: name, dependencies: dependencies, path: "Tools/Benchmarks/Sources/\(name)",
      swiftSettings: [.swiftLanguageMode(.v6), .enableExperimentalFeature("Lifetimes")])
  }
  let unwinding: [Target.Dependency] = [
    "CLinuxPerf", "BinaryReading", "ProfileModel", "Processes", "ELF", "UnwindTables", "Sampling", "Unwinding",
  ]
  package.targets += [
    .target(name: "CAllocationCount", path: "Tools/Benchmarks/Sources/CAllocationCount"),
    .systemLibrary(
      name: "CElf", path: "Tools/Benchmarks/Sources/CElf", pkgConfig: "libelf", providers: [.apt(["libelf-dev"])]),
    benchmark("UnwindTablesBenchmark", ["CAllocationCount", "BinaryReading", "ELF", "UnwindTables"]),
    benchmark("UnwindingBenchmark", ["CAllocationCount"] + unwinding),
    benchmark("UnwindingJudge", unwinding),
    benchmark("SymbolicationBenchmark", ["BinaryReading", "ELF", "Symbolication"]),
    benchmark("PageGenerator", ["ProfileModel", "ProfileFormats", "FlameGraphs"]),
    benchmark("NamesBenchmark", ["Demangling"]),
    benchmark("ELFReadingBenchmark", ["CElf", "BinaryReading", "ELF"]),
    .target(
      name: "Fuzz",
      dependencies: [
        "BinaryReading", "ProfileModel", "Processes", "ELF", "UnwindTables", "Demangling", "Sampling", "Symbolication",
        "RecordingFormat", "ProfileFormats",
      ],
      path: "Tools/Fuzzing/Sources/Fuzz", swiftSettings: [.swiftLanguageMode(.v6)]),
  ]
  // A library and no program: the entry point comes from libFuzzer, which `Tools/Fuzzing/run` links.
  package.products.append(.library(name: "Fuzz", type: .static, targets: ["Fuzz"]))
}
