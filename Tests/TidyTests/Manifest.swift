import Foundation

/// What `swift package describe` says of the targets.
struct Manifest: Decodable {
  /// One target.
  struct Target: Decodable {
    let name: String
    let target_dependencies: [String]?
    let product_dependencies: [String]?
  }

  /// A child process that failed.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let targets: [Target]

  /// Asks the package manager, with a scratch folder of its own: the project's is in use by the test.
  static func describe() throws -> Manifest {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("tidy-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }  // Rubbish in a temporary folder.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "swift", "package", "--package-path", SourceTree.root.path, "--scratch-path", scratch.path,
      "describe", "--type", "json",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0, let start = bytes.firstIndex(of: UInt8(ascii: "{")) else {
      throw Failure(description: "'swift package describe' ended with \(process.terminationStatus)")
    }
    return try JSONDecoder().decode(Manifest.self, from: bytes[start...])
  }
}
