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

let package = Package(
  name: "perfprof",
  products: [
    .library(name: "UnwindTables", targets: ["UnwindTables"]),
    .library(
      name: "Unwinding", targets: ["Unwinding", "ELF", "Sampling", "ProfileModel", "BinaryReading", "CLinuxPerf"]),
  ],
  targets: [
    .target(name: "CLinuxPerf"),
    .systemLibrary(name: "CLibunwind", providers: [.apt(["libunwind-dev"])]),
    .systemLibrary(name: "CElfutils", pkgConfig: "libdw", providers: [.apt(["libelf-dev", "libdw-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    module("BinaryReading"),
    module("ProfileModel"),
    module("ELF", ["CLinuxPerf", "CZlib", "BinaryReading", "ProfileModel"]),
    module("UnwindTables", ["BinaryReading", "ProfileModel"]),
    module("Sampling", ["CLinuxPerf", "BinaryReading", "ProfileModel"]),
    module("Unwinding", ["CLibunwind", "BinaryReading", "ProfileModel", "ELF", "UnwindTables"]),

    tests("BinaryReading"),
    tests("ProfileModel"),
    tests("ELF", ["BinaryReading", "ProfileModel"]),
    tests("UnwindTables", ["BinaryReading", "ProfileModel"]),
    tests("Sampling", ["ProfileModel"]),
    tests("Unwinding", ["CLinuxPerf", "BinaryReading", "ProfileModel", "ELF", "Sampling", "UnwindTables"]),
  ]
)
