// swift-tools-version: 6.2
import PackageDescription

/// Every target: Swift 6 mode, strict memory safety, lifetime-checked views (`~Escapable` values over ring memory).
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableExperimentalFeature("Lifetimes"),
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
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  products: [.library(name: "UnwindTables", targets: ["UnwindTables"])],
  targets: [
    .target(name: "CLinuxPerf"),
    .systemLibrary(name: "CLibunwind", providers: [.apt(["libunwind-dev"])]),
    .systemLibrary(name: "CElfutils", pkgConfig: "libdw", providers: [.apt(["libelf-dev", "libdw-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLibiberty", providers: [.apt(["libiberty-dev"])]),
    .systemLibrary(name: "CLzma", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
    .target(name: "CDemangling", dependencies: ["CLibiberty"], linkerSettings: [.linkedLibrary("iberty")]),

    schema("RecordingSchema", "recording.proto"),
    schema("PprofSchema", "profile.proto"),

    module("BinaryReading"),
    module("TextWriting"),
    module("ProfileModel"),
    module("ELF", ["CLinuxPerf", "CZlib", "BinaryReading", "ProfileModel"]),
    module("UnwindTables", ["BinaryReading", "ProfileModel"]),
    module(
      "Recording",
      [
        "BinaryReading", "CZlib", "ProfileModel", "RecordingSchema",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    module("UnwindTables", ["BinaryReading", "ProfileModel"]),

    tests("BinaryReading"),
    tests("ProfileModel"),
    tests("UnwindTables", ["BinaryReading", "ProfileModel"]),
    module("ELF", ["CLinuxPerf", "CZlib", "BinaryReading", "ProfileModel"]),
    module("Demangling", ["CDemangling"]),
    module("Symbolication", ["CElfutils", "CLzma", "CZlib", "BinaryReading", "ProfileModel", "ELF", "Demangling"]),
    module(
      "ProfileFormats",
      [
        "BinaryReading", "CZlib", "PprofSchema", "ProfileModel", "TextWriting",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    module("Reports", ["ProfileModel", "TextWriting"]),
    module("ProfileComparison", ["ProfileModel", "TextWriting"]),

    tests("BinaryReading"),
    tests("TextWriting"),
    tests("ProfileModel"),
    tests("ELF", ["BinaryReading", "ProfileModel"]),
    module("ELF", ["CLinuxPerf", "CZlib", "BinaryReading", "ProfileModel"]),
    module("UnwindTables", ["BinaryReading", "ProfileModel"]),
    module("Sampling", ["CLinuxPerf", "BinaryReading", "ProfileModel"]),
    module("Unwinding", ["CLibunwind", "BinaryReading", "ProfileModel", "ELF", "UnwindTables"]),

    tests("BinaryReading"),
    tests("ProfileModel"),
    tests("ELF", ["BinaryReading", "ProfileModel"]),
    tests("UnwindTables", ["BinaryReading", "ProfileModel"]),
    tests("Sampling", ["ProfileModel"]),
    tests("Unwinding", ["CLinuxPerf", "BinaryReading", "ProfileModel", "ELF", "Sampling"]),
    tests("Demangling"),
    tests("Symbolication", ["BinaryReading", "ProfileModel", "ELF", "Demangling"]),

    // Black-box tests of the built `perfprof` on the programs of `Samples`.
    .testTarget(name: "LiveTests", swiftSettings: [.swiftLanguageMode(.v6)]),
    module("FlameGraphs", ["ProfileModel"]),

    tests("BinaryReading"),
    tests("ProfileModel"),
    tests("FlameGraphs", ["ProfileModel"], resources: [.copy("Fixtures")]),
    tests("UnwindTables", ["BinaryReading", "ProfileModel"]),
    tests(
      "ProfileFormats",
      ["BinaryReading", "PprofSchema", "ProfileModel", .product(name: "SwiftProtobuf", package: "swift-protobuf")]),
    tests("Reports", ["ProfileModel"]),
    tests("ProfileComparison", ["ProfileModel"]),
    tests("Sampling", ["CLinuxPerf", "BinaryReading", "ProfileModel"]),
  ]
)
