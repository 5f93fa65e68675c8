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
  targets: [
    .target(name: "CLinuxPerf"),
    .systemLibrary(name: "CLibunwind", pkgConfig: "libunwind-generic", providers: [.apt(["libunwind-dev"])]),
    .systemLibrary(name: "CElfutils", pkgConfig: "libdw", providers: [.apt(["libelf-dev", "libdw-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

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
    tests("UnwindTables", ["BinaryReading", "ProfileModel"]),
    tests(
      "ProfileFormats",
      ["BinaryReading", "PprofSchema", "ProfileModel", .product(name: "SwiftProtobuf", package: "swift-protobuf")]),
    tests("Reports", ["ProfileModel"]),
    tests("ProfileComparison", ["ProfileModel"]),
  ]
)
