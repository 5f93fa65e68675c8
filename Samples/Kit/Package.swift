// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "kit-example",
  dependencies: [.package(name: "perfprof", path: "../..")],
  targets: [
    .executableTarget(
      name: "HeaviestFunctions", dependencies: [.product(name: "PerfprofKit", package: "perfprof")],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
