// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "perfprof", path: "../..")],
  targets: [
    .target(name: "CAllocationCount"),
    .executableTarget(
      name: "UnwindTablesBenchmark",
      dependencies: ["CAllocationCount", .product(name: "UnwindTables", package: "perfprof")],
      swiftSettings: [.swiftLanguageMode(.v6)]),
    .executableTarget(
      name: "UnwindingBenchmark",
      dependencies: ["CAllocationCount", .product(name: "Unwinding", package: "perfprof")],
      swiftSettings: [.swiftLanguageMode(.v6), .enableExperimentalFeature("Lifetimes")]),
    .executableTarget(
      name: "UnwindingJudge",
      dependencies: [.product(name: "Unwinding", package: "perfprof")],
      swiftSettings: [.swiftLanguageMode(.v6), .enableExperimentalFeature("Lifetimes")]),
    .executableTarget(
      name: "SymbolicationBenchmark",
      dependencies: ["BinaryReading", "ELF", "Symbolication"].map { .product(name: $0, package: "perfprof") },
      swiftSettings: [.swiftLanguageMode(.v6)]),
    .systemLibrary(name: "CElf", pkgConfig: "libelf", providers: [.apt(["libelf-dev"])]),
    .executableTarget(
      name: "ELFReadingBenchmark",
      dependencies: ["CElf"] + ["BinaryReading", "ELF"].map { .product(name: $0, package: "perfprof") },
      swiftSettings: [.swiftLanguageMode(.v6)]),
  ]
)
