import FoundationEssentials
import SystemPackage
import Testing

/// Gives each test case an empty folder of its own and removes it afterwards.
struct TemporaryFolder: TestTrait, SuiteTrait, TestScoping {
  /// The folder of the running test.
  @TaskLocal static var path: FilePath = "/nonexistent"

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent () async throws -> Void
  ) async throws {
    guard testCase != nil else { return try await function() }
    let name = "proofsheet-tests-\(UInt64.random(in: .min ... .max))"
    let folder = FileManager.default.temporaryDirectory.path + "/" + name
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let result: Result<Void, any Error>
    do {
      result = .success(try await Self.$path.withValue(FilePath(folder)) { try await function() })
    } catch {
      result = .failure(error)
    }
    try FileManager.default.removeItem(atPath: folder)
    try result.get()
  }
}

extension Trait where Self == TemporaryFolder {
  /// A temporary folder for each test case.
  static var temporaryFolder: Self { Self() }
}
