// swift-tools-version: 6.2
import PackageDescription

/// Compiler settings of every Swift target.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
  .enableUpcomingFeature("ExistentialAny"),
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
  .enableUpcomingFeature("MemberImportVisibility"),
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
  .enableUpcomingFeature("InternalImportsByDefault"),
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0470-isolated-conformances.md
  .enableUpcomingFeature("InferIsolatedConformances"),
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0443-warning-control-flags.md
  .treatAllWarnings(as: .error),
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
  .strictMemorySafety(),
]

/// A Swift target of the product.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// A target of tests.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let sockets: Target.Dependency = .product(name: "FlyingSocks", package: "FlyingFox")

let package = Package(
  name: "proofsheet",
  products: [
    .library(name: "SeedreamAPI", targets: ["SeedreamAPI"]),
    .library(name: "ImageComparison", targets: ["ImageComparison"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    // One pkgConfig name is all a target can have; the module map links the other codecs.
    .systemLibrary(
      name: "CImageCodecs", pkgConfig: "libpng",
      providers: [
        .apt(["libpng-dev", "libturbojpeg0-dev", "libwebp-dev", "libdeflate-dev"])
      ]),

    module("Canonical", ["CCrypto", system]),
    module("SeedreamAPI", ["Canonical"]),
    module("ImageComparison", ["Canonical", "CImageCodecs"]),
    module("Simulator", ["Canonical", "SeedreamAPI", "ImageComparison", sockets]),

    tests("CanonicalTests", ["Canonical", system]),
    tests("SeedreamAPITests", ["Canonical", "SeedreamAPI"]),
    .testTarget(
      name: "ImageComparisonTests", dependencies: ["Canonical", "ImageComparison", system],
      exclude: ["Vectors"], swiftSettings: settings),
    tests(
      "SimulatorTests", ["Canonical", "SeedreamAPI", "ImageComparison", "Simulator", sockets]),
  ]
)
