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
func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let flyingSocks: Target.Dependency = .product(name: "FlyingSocks", package: "FlyingFox")
let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "proofsheet",
  products: [
    .library(name: "SeedreamAPI", targets: ["SeedreamAPI"]),
    .library(name: "ImageComparison", targets: ["ImageComparison"]),
    .executable(name: "proofsheet", targets: ["proofsheet"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    // One pkgConfig name is all a target can have; the module map links the other codecs.
    .systemLibrary(
      name: "CImageCodecs", pkgConfig: "libpng",
      providers: [
        .apt(["libpng-dev", "libturbojpeg0-dev", "libwebp-dev", "libdeflate-dev"])
      ]),
    .systemLibrary(
      name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    // Declares functions of the C library; there is nothing to link.
    .systemLibrary(name: "CSpawn"),
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

    module("Canonical", ["CCrypto", system]),
    module("SeedreamAPI", ["Canonical"]),
    .target(
      name: "ImageComparison", dependencies: ["Canonical", "CImageCodecs"],
      // Its loops run over megapixels; without optimisation tests of pictures take minutes.
      swiftSettings: settings + [.unsafeFlags(["-O"], .when(configuration: .debug))]),
    module("Suites", ["Canonical", "SeedreamAPI", "CYAML", system]),
    module("CurlTransport", ["Canonical", "SeedreamAPI", "CCurl"]),
    module("Recording", ["Canonical", "SeedreamAPI", system]),
    module(
      "Experiments",
      ["Canonical", "SeedreamAPI", "ImageComparison", "Suites", "Recording", system]),
    module("RunStore", ["Canonical", "SeedreamAPI", "Recording", "Experiments", grdb, system]),
    module(
      "Reports",
      [
        "Canonical", "SeedreamAPI", "ImageComparison", "Suites", "Recording", "Experiments",
        "CLibXML2", mustache, system,
      ]),
    module("LoopbackServer", [flyingSocks]),
    module("Review", ["Canonical", "Experiments", "LoopbackServer", system]),
    .target(
      name: "Simulator",
      dependencies: ["Canonical", "SeedreamAPI", "ImageComparison", "LoopbackServer"],
      // It draws megapixels; without optimisation the tests that record from it take minutes.
      swiftSettings: settings + [.unsafeFlags(["-O"], .when(configuration: .debug))]),
    module(
      "ProofsheetCommands",
      [
        "Canonical", "SeedreamAPI", "ImageComparison", "Suites", "CurlTransport", "Recording",
        "Experiments", "RunStore", "Reports", "LoopbackServer", "Review", "Simulator", "CSpawn",
        argumentParser, system,
      ]),
    .executableTarget(
      name: "proofsheet", dependencies: ["ProofsheetCommands"], swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: [system], path: "Tests/TestSupport",
      swiftSettings: settings),
    // The fuzzers make files with it too, which cannot link a library of tests.
    .target(name: "PNGSupport", path: "Tests/PNGSupport", swiftSettings: settings),
    tests("CanonicalTests", ["TestSupport", "Canonical", system]),
    tests("SeedreamAPITests", ["Canonical", "SeedreamAPI"]),
    .testTarget(
      name: "ImageComparisonTests",
      dependencies: ["PNGSupport", "Canonical", "ImageComparison", system],
      exclude: ["Vectors"], swiftSettings: settings),
    tests("SuitesTests", ["Canonical", "SeedreamAPI", "Suites", system]),
    tests("CurlTransportTests", ["Canonical", "SeedreamAPI", "CurlTransport"]),
    tests("RecordingTests", ["TestSupport", "Canonical", "SeedreamAPI", "Recording", system]),
    tests(
      "ExperimentsTests",
      [
        "TestSupport", "Canonical", "SeedreamAPI", "ImageComparison", "Suites", "Recording",
        "Experiments", system,
      ], exclude: ["Vectors"]),
    tests(
      "RunStoreTests",
      [
        "TestSupport", "Canonical", "SeedreamAPI", "Suites", "Recording", "Experiments",
        "RunStore", system, grdb,
      ]),
    tests(
      "ReportsTests",
      [
        "TestSupport", "Canonical", "SeedreamAPI", "ImageComparison", "Suites", "Recording",
        "Experiments", "Reports", system,
      ]),
    tests(
      "SimulatorTests",
      [
        "Canonical", "SeedreamAPI", "ImageComparison", "LoopbackServer", "Simulator", flyingSocks,
      ]),
    tests(
      "ReviewTests",
      ["TestSupport", "Canonical", "Experiments", "Review", flyingSocks, system]),
    tests(
      "ProofsheetCommandsTests",
      [
        "Canonical", "SeedreamAPI", "ImageComparison", "Suites", "CurlTransport", "Recording",
        "Experiments", "RunStore", "Reports", "Review", "Simulator", "ProofsheetCommands",
        argumentParser,
        system,
      ]),
    tests("TidyTests", []),
  ]
)

/// A fuzzer of one surface; what it links has no `main` of its own.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: "Fuzz\(name)", dependencies: dependencies + ["FuzzSupport"], path: "Fuzz/\(name)",
    swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])])
}

// They need flags that a package in use by others must not have; `Fuzz/run` sets the variable.
if Context.environment["PROOFSHEET_FUZZ"] == "1" {
  package.targets += [
    .target(
      name: "FuzzSupport", dependencies: ["Canonical", "Suites", system], path: "Fuzz/Support",
      swiftSettings: settings),
    fuzzer("Suite", ["Canonical", "SeedreamAPI", "Suites", system]),
    fuzzer("Config", ["Suites", system]),
    fuzzer("JSON", ["Canonical", "Recording"]),
    fuzzer("HAR", ["Canonical", "Recording"]),
    fuzzer("Filter", ["Canonical", "Suites", "Experiments"]),
    fuzzer("Picture", ["Canonical", "ImageComparison"]),
  ]
}

if Context.environment["PROOFSHEET_FUZZ"] == "1" {
  let decoding: [Target.Dependency] = ["FuzzPictureSupport", "PNGSupport"]
  package.targets += [
    .target(
      name: "FuzzPictureSupport", dependencies: ["FuzzSupport", "Canonical", "ImageComparison"],
      path: "Fuzz/PictureSupport", swiftSettings: settings),
    fuzzer("PNG", decoding),
    fuzzer("PNGRows", decoding),
    fuzzer("JPEG", decoding),
    fuzzer("WebP", decoding),
  ]
}

// Programs that measure are no part of the product, and are built where they are asked for only.
if Context.environment["PROOFSHEET_BENCHMARKS"] != nil {
  package.targets += [
    .target(
      name: "BenchmarkSupport", path: "Benchmarks/Support", swiftSettings: settings),
    .executableTarget(
      name: "replay-benchmark",
      dependencies: [
        "BenchmarkSupport", "Canonical", "SeedreamAPI", "Suites", "Recording", "Experiments",
        system,
      ],
      path: "Benchmarks/Replay", exclude: ["bare.c"], swiftSettings: settings),
    .executableTarget(
      name: "metrics-benchmark",
      dependencies: ["BenchmarkSupport", "Canonical", "ImageComparison", system],
      path: "Benchmarks/Metrics", swiftSettings: settings),
    .executableTarget(
      name: "live-benchmark",
      dependencies: [
        "BenchmarkSupport", "Canonical", "SeedreamAPI", "CurlTransport", "Recording", "Experiments",
        system,
      ],
      path: "Benchmarks/Live", swiftSettings: settings),
    .executableTarget(
      name: "junit-benchmark",
      dependencies: [
        "Canonical", "SeedreamAPI", "Suites", "Experiments", "Reports", system,
      ],
      path: "Benchmarks/JUnit", exclude: ["writer.c"], swiftSettings: settings),
    .executableTarget(
      name: "decode-benchmark",
      dependencies: ["BenchmarkSupport", "Canonical", "ImageComparison", system],
      path: "Benchmarks/Decode", swiftSettings: settings),
  ]
}
