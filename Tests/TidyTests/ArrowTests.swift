import Testing

/// The arrows between targets: what imports what.
@Suite struct ArrowTests {
  /// Modules that come with the toolchain.
  static let toolchain: Set<String> = [
    "Dispatch", "Foundation", "FoundationEssentials", "FoundationNetworking", "Glibc",
    "Synchronization", "Testing", "PackageDescription",
  ]

  /// What each target may import beside the toolchain: the design's table, read downwards.
  static let allowed: [String: Set<String>] = [
    "Canonical": ["CCrypto", "SystemPackage"],
    "SeedreamAPI": ["Canonical"],
    "ImageComparison": ["Canonical", "CImageCodecs"],
    "Suites": ["Canonical", "SeedreamAPI", "CYAML", "SystemPackage"],
    "CurlTransport": ["Canonical", "SeedreamAPI", "CCurl"],
    "Recording": ["Canonical", "SeedreamAPI", "SystemPackage"],
    "Experiments": [
      "Canonical", "SeedreamAPI", "ImageComparison", "Suites", "Recording", "SystemPackage",
    ],
    "RunStore": ["Canonical", "SeedreamAPI", "Recording", "Experiments", "GRDB", "SystemPackage"],
    "Reports": [
      "Canonical", "SeedreamAPI", "ImageComparison", "Suites", "Recording", "Experiments",
      "CLibXML2", "Mustache", "SystemPackage",
    ],
    "LoopbackServer": ["FlyingSocks"],
    "Review": ["Canonical", "Experiments", "LoopbackServer", "SystemPackage"],
    "Simulator": [
      "Canonical", "SeedreamAPI", "ImageComparison", "LoopbackServer", "SystemPackage",
    ],
    "ProofsheetCommands": [
      "Canonical", "SeedreamAPI", "ImageComparison", "Suites", "CurlTransport", "Recording",
      "Experiments", "RunStore", "Reports", "LoopbackServer", "Review", "Simulator", "CSpawn",
      "ArgumentParser", "SystemPackage",
    ],
    "proofsheet": ["ProofsheetCommands"],
  ]

  @Test func `No target imports what the design does not allow it`() throws {
    let files = try SourceTree.files(below: "Sources")
    #expect(files.count > 50, "the tree was not found")
    for file in files {
      let allowed = Self.allowed[file.target]
      #expect(allowed != nil, "the target \(file.target) is not in the table of arrows")
      for module in file.imports where !Self.toolchain.contains(module) {
        #expect(allowed?.contains(module) == true, "\(file) imports \(module)")
      }
    }
  }

  @Test func `Every import is a dependency that the manifest declares`() throws {
    let manifest = try Manifest.describe()
    let declared = Dictionary(
      uniqueKeysWithValues: manifest.targets.map { target in
        (
          target.name,
          Set((target.target_dependencies ?? []) + (target.product_dependencies ?? []))
        )
      })
    for file in try SourceTree.files(below: "Sources") + SourceTree.files(below: "Tests") {
      let own = try #require(declared[file.target], "\(file) belongs to no target")
      for module in file.imports where !Self.toolchain.contains(module) {
        #expect(
          own.contains(module), "\(file) imports \(module), which its target does not declare")
      }
    }
  }

  @Test func `No target declares a dependency that it does not import`() throws {
    let manifest = try Manifest.describe()
    let files = try SourceTree.files(below: "Sources") + SourceTree.files(below: "Tests")
    let imported = Dictionary(grouping: files, by: \.target)
      .mapValues { Set($0.flatMap(\.imports)) }
    for target in manifest.targets {
      guard let used = imported[target.name] else { continue }
      for name in (target.target_dependencies ?? []) + (target.product_dependencies ?? []) {
        #expect(used.contains(name), "\(target.name) declares \(name) and does not import it")
      }
    }
  }
}
